/** A TCP connection that says what it is told to, be it HTTP, WebSocket or neither, and remembers what comes back. */

import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { subprotocol } from '../../src/protocol/limits.ts'
import { within } from '../faults/until.ts'

export type Raw = Disposable & {
  readonly socket: Socket
  readonly write: (bytes: string | Uint8Array) => void
  /** Reads on without remembering. */
  readonly ignore: () => void
  /** Ends it with a RST. */
  readonly reset: () => void
  /** The status of the HTTP answer, when it has come; null when the connection ended without one. */
  readonly status: () => Promise<number | null>
  /** The code of the WebSocket close frame, or 1006 when the connection ended without one. */
  readonly closeCode: () => Promise<number>
  /** The other side has ended it. */
  readonly ended: Promise<void>
}

const patienceMs = 8_000
const headEnd = '\r\n\r\n'

export async function openRaw(url: string): Promise<Raw> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  let received = Buffer.alloc(0)
  const heard = new EventTarget()
  const ended = Promise.withResolvers<void>()
  socket.on('data', (bytes: Buffer) => {
    received = Buffer.concat([received, bytes])
    heard.dispatchEvent(new Event('bytes'))
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    ended.resolve()
    heard.dispatchEvent(new Event('bytes'))
  })
  await once(socket, 'connect')

  const find = async <T>(look: () => T | null, what: string): Promise<T | null> => {
    const found = Promise.withResolvers<T | null>()
    const check = (): void => {
      const value = look()
      if (value !== null || socket.closed) found.resolve(value)
    }
    heard.addEventListener('bytes', check)
    check()
    return within(found.promise, {
      ms: patienceMs,
      what: () => `${what}; came: ${received.toString('latin1', 0, 300)}`,
    })
  }
  return {
    socket,
    write: (bytes) => void socket.write(bytes),
    ignore: () => void socket.removeAllListeners('data').resume(),
    reset: () => void socket.resetAndDestroy(),
    status: async () =>
      find(() => Number(/^HTTP\/1\.1 (\d{3})/.exec(received.toString('latin1'))?.[1] ?? 0) || null, 'a status'),
    closeCode: async () => (await find(() => closeCodeIn(received), 'a close')) ?? 1006,
    ended: ended.promise,
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

export type UpgradeHeaders = Readonly<Record<string, string>>

/** A WebSocket handshake that is right, but for what `headers` replaces; an empty value leaves a header out. */
export function upgradeRequest(url: string, headers: UpgradeHeaders = {}, requestLine = 'GET /ws HTTP/1.1'): string {
  const all: Record<string, string> = {
    host: new URL(url).host,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': subprotocol,
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]))
  return `${[requestLine, ...lines].join('\r\n')}${headEnd}`
}

/** A raw connection that was upgraded. Nobody has said hello yet. */
export async function openUpgraded(url: string): Promise<Raw> {
  const raw = await openRaw(url)
  raw.write(upgradeRequest(url))
  const status = await raw.status()
  if (status !== 101) throw new Error(`not upgraded: ${status}`)
  return raw
}

export type FrameShape = {
  readonly opcode?: number
  readonly isLast?: boolean
  readonly isMasked?: boolean
  readonly reserved?: number
}

/** One WebSocket frame as a client sends it. The mask is zero: it changes nothing. */
export function frameOf(
  payload: string | Uint8Array,
  { opcode = 1, isLast = true, isMasked = true, reserved = 0 }: FrameShape = {},
): Buffer {
  const body = Buffer.from(payload)
  const head = [(isLast ? 0x80 : 0) | (reserved << 4) | opcode]
  const maskBit = isMasked ? 0x80 : 0
  if (body.length < 126) head.push(maskBit | body.length)
  else if (body.length < 0x1_00_00) head.push(maskBit | 126, body.length >> 8, body.length & 0xff)
  else head.push(maskBit | 127, 0, 0, 0, 0, ...uint32(body.length))
  return Buffer.concat([Buffer.from(head), Buffer.alloc(isMasked ? 4 : 0), body])
}

const uint32 = (value: number): readonly number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff)

/** Reads the frames behind the handshake, up to a close. */
function closeCodeIn(received: Buffer): number | null {
  const start = received.indexOf(headEnd)
  if (start < 0) return null
  let at = start + headEnd.length
  while (at + 2 <= received.length) {
    const opcode = (received[at] ?? 0) & 0x0f
    const short = (received[at + 1] ?? 0) & 0x7f
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
    if (at + 2 + lengthBytes > received.length) return null
    const length =
      lengthBytes === 0 ? short : received.readUIntBE(at + 2 + (lengthBytes === 8 ? 2 : 0), lengthBytes === 8 ? 6 : 2)
    const body = at + 2 + lengthBytes
    if (opcode === 8 && body + 2 <= received.length) return length >= 2 ? received.readUInt16BE(body) : 1005
    at = body + length
  }
  return null
}
