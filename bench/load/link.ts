/**
 * One WebSocket of the load client, on a bare TCP socket: handshake, masked frames out, and a parser that hands each text
 * on as a range of the read buffer, uncopied. All links read into one buffer: a read is dealt with before the next.
 */

import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { buildMaskedFrame, opcodes } from '../websocket-frame.ts'

export type LinkTarget = {
  readonly port: number
  readonly path: string
  readonly subprotocol: string | null
  /** One of 127.0.0.0/8: 28 000 links fit on each. */
  readonly localAddress: string
}

export type LinkEvents = {
  readonly onOpen: () => void
  /** A text message: `bytes` from `start` to `end`, valid until this returns. */
  readonly onText: (bytes: Buffer, start: number, end: number) => void
  /** Called once, unless the link was closed by us. */
  readonly onDead: (why: string) => void
}

const inbox = Buffer.allocUnsafe(64 * 1024)
const acceptGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** Longer than any message that a scenario provokes; more means that we misread a length. */
const frameBytesMax = 4 * 1024 * 1024

/** Reads of all links together, and the bytes they brought: what coalescing saves is seen here. */
export const readCount = { reads: 0, bytes: 0 }

export class Link {
  readonly #socket: Socket
  readonly #events: LinkEvents
  readonly #key = randomBytes(16).toString('base64')
  #state: 'handshake' | 'open' | 'closed' = 'handshake'
  /** The beginning of a frame whose end has not come yet. */
  #rest: Buffer | null = null
  #onPong: () => void = () => {}

  constructor(target: LinkTarget, events: LinkEvents) {
    this.#events = events
    this.#socket = connect({
      port: target.port,
      host: '127.0.0.1',
      localAddress: target.localAddress,
      noDelay: true,
      onread: {
        buffer: inbox,
        callback: (size: number): boolean => {
          this.#take(size)
          return true
        },
      },
    })
    this.#socket.on('connect', () => this.#socket.write(this.#handshake(target)))
    this.#socket.on('error', (error) => this.#die(error.message))
    this.#socket.on('close', () => this.#die('closed'))
  }

  sendText(text: string): void {
    this.#socket.write(buildMaskedFrame(opcodes.text, Buffer.from(text)))
  }

  /** Resolves when the server answers a WebSocket ping, with the ms that it took. One at a time. */
  async ping(): Promise<number> {
    const sentAtMs = performance.now()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onPong = resolve
    this.#socket.write(buildMaskedFrame(opcodes.ping, Buffer.alloc(0)))
    await promise
    return performance.now() - sentAtMs
  }

  /** Resets the TCP link, which leaves no TIME_WAIT behind to use up the ports. */
  close(): void {
    this.#state = 'closed'
    this.#socket.resetAndDestroy()
  }

  #die(why: string): void {
    if (this.#state === 'closed') return
    this.close()
    this.#events.onDead(why)
  }

  #handshake({ path, port, subprotocol }: LinkTarget): string {
    const lines = [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${this.#key}`,
      ...(subprotocol === null ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
    ]
    return `${lines.join('\r\n')}\r\n\r\n`
  }

  #take(size: number): void {
    readCount.reads++
    readCount.bytes += size
    let bytes = inbox
    let end = size
    if (this.#rest !== null) {
      bytes = Buffer.concat([this.#rest, inbox.subarray(0, size)])
      end = bytes.length
      this.#rest = null
    }
    const done = this.#state === 'handshake' ? this.#takeHead(bytes, end) : this.#takeFrames(bytes, 0, end)
    if (done < end && this.#state !== 'closed') this.#rest = Buffer.from(bytes.subarray(done, end))
  }

  #takeHead(bytes: Buffer, end: number): number {
    const head = bytes.toString('latin1', 0, end)
    const headEnd = head.indexOf('\r\n\r\n')
    if (headEnd === -1) return 0
    const accept = createHash('sha1').update(`${this.#key}${acceptGuid}`).digest('base64')
    const given = /^sec-websocket-accept: *(\S+)/im.exec(head)?.[1]
    if (!head.startsWith('HTTP/1.1 101') || given !== accept) {
      this.#die(`no handshake: ${head.slice(0, head.indexOf('\r\n'))}`)
      return end
    }
    this.#state = 'open'
    this.#events.onOpen()
    return this.#takeFrames(bytes, headEnd + 4, end)
  }

  /** Gives the position behind the last whole frame. */
  #takeFrames(bytes: Buffer, from: number, end: number): number {
    let at = from
    while (end - at >= 2 && this.#state === 'open') {
      let size = (bytes[at + 1] ?? 0) & 0x7f
      let start = at + 2
      if (size === 126) {
        if (end - at < 4) break
        size = bytes.readUInt16BE(at + 2)
        start = at + 4
      } else if (size === 127) {
        if (end - at < 10) break
        size = Number(bytes.readBigUInt64BE(at + 2))
        start = at + 10
        if (size > frameBytesMax) this.#die(`a frame of ${size} bytes`)
      }
      if (end - start < size) break
      const first = bytes[at] ?? 0
      at = start + size
      if (first === 0x81) this.#events.onText(bytes, start, at)
      else this.#takeOther(first, bytes.subarray(start, at))
    }
    return at
  }

  #takeOther(first: number, payload: Buffer): void {
    if (first === (0x80 | opcodes.ping)) this.#socket.write(buildMaskedFrame(opcodes.pong, Buffer.from(payload)))
    else if (first === (0x80 | opcodes.close))
      this.#die(`close ${payload.length < 2 ? 'without a code' : payload.readUInt16BE(0)}`)
    else if (first === (0x80 | opcodes.pong)) this.#onPong()
    else this.#die(`a frame that begins with 0x${first.toString(16)}`)
  }
}
