/**
 * A connection: the `ws` socket for what comes in, the bare TCP socket for what goes out.
 *
 * Whole frames are written to the socket between the frames of `ws` itself (pongs, close), which is allowed because
 * compression is off and `ws` never leaves a frame half written. What a tick brings is one write.
 *
 * A stalled reader [G8]: above `bufferedBytesMax` the connection is behind: the hub gives it nothing more, and nothing is read
 * from it, so that it causes no more replies either; both go on when all has drained. A reply is never dropped: where they
 * pile up beyond `repliesBytesMax` the connection is closed as too slow. A peer that does not drain within the heartbeat's
 * time is ended like a silent one, since a close cannot be noticed while nothing is read.
 *
 * Ten thousand idle ones must be cheap: few fields, no timer, no function of its own, arrays only when needed.
 */

import type { Socket } from 'node:net'

import { type RawData, WebSocket } from 'ws'

import { type CloseReason, closeCodes } from '../protocol/close-codes.ts'
import type { Report } from '../spawn.ts'
import type { Connection, ConnectionRequest, Consumer, ConsumerFactory } from './consumer.ts'
import type { Flushable, Flusher } from './flusher.ts'
import { frameText } from './frame-text.ts'
import { writeFrames } from './write-frames.ts'

/** What all connections of a server share. Times are counted in sweeps: see `sockets.ts`. */
export type ConnectionHome = {
  readonly bufferedBytesMax: number
  readonly repliesBytesMax: number
  readonly closeSweeps: number
  readonly silentSweeps: number
  readonly helloSweeps: number
  readonly flusher: Flusher
  readonly report: Report
  /** The number of the present sweep. */
  readonly sweep: () => number
  /** The socket is gone. */
  readonly left: (connection: SocketConnection) => void
}

/** The socket class that the WebSocketServer makes: it knows its connection, so that listeners can be shared. */
export class OwnedSocket extends WebSocket {
  owner: SocketConnection | null = null
}

/** A close frame holds 125 bytes, two of which are the code. */
const closeMessageBytesMax = 123

const abnormalClosure = 1006

export class SocketConnection implements Connection, Flushable {
  readonly number: number
  readonly #home: ConnectionHome
  readonly #ws: OwnedSocket
  readonly #socket: Socket
  #consumer: Consumer | null = null
  #pending: Uint8Array | Uint8Array[] | null = null
  #pendingBytes = 0
  #drainListeners: (() => void)[] | null = null
  #awaitsDrain = false
  #openedSweep: number
  #heardSweep: number
  #heardBytes = 0
  /** Why we ended it; 0: we did not. */
  #closeCode = 0
  /** Destroyed at this sweep if the peer has not finished the close; 0: not closing. */
  #endsSweep = 0

  constructor(number: number, home: ConnectionHome, ws: OwnedSocket, socket: Socket) {
    this.number = number
    this.#home = home
    this.#ws = ws
    this.#socket = socket
    this.#openedSweep = home.sweep()
    this.#heardSweep = this.#openedSweep
    ws.owner = this
    ws.on('message', onMessage)
    ws.on('close', onClose)
    ws.on('error', onError)
  }

  /** Gives the connection its consumer. Separate from the constructor, since the consumer wants the connection. */
  attach(makeConsumer: ConsumerFactory, request: ConnectionRequest): void {
    this.#guard(() => {
      this.#consumer = makeConsumer(this, request)
    })
  }

  send(text: string): boolean {
    if (!this.isOpen()) return false
    // Looked at before adding: one reply of any size may go, so memory is bounded by the cap and one message.
    if (this.#bufferedBytes() > this.#home.repliesBytesMax) this.#flushOrClose()
    if (!this.isOpen()) return false
    this.#push(frameText(text))
    return true
  }

  sendFramed(frames: Uint8Array): void {
    if (this.isOpen()) this.#push(frames)
  }

  isBehind(): boolean {
    return this.#bufferedBytes() > this.#home.bufferedBytesMax
  }

  onceDrained(listen: () => void): void {
    if (this.#drainListeners === null) {
      this.#drainListeners = [listen]
      this.#awaitDrain()
    } else {
      this.#drainListeners.push(listen)
    }
  }

  isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  close(reason: CloseReason, message = reason.replaceAll('_', ' ')): void {
    if (!this.isOpen()) return
    this.flush()
    this.#closeCode = closeCodes[reason]
    this.#endSoon()
    // A paused socket would not see the peer's answer.
    this.#ws.resume()
    this.#ws.close(this.#closeCode, truncated(message, closeMessageBytesMax))
  }

  /** Without a word: for peers that do not answer. */
  terminate(reason: CloseReason | null): void {
    if (reason !== null && this.#closeCode === 0) this.#closeCode = closeCodes[reason]
    this.#ws.terminate()
  }

  /** Writes what was queued. The flusher's. */
  flush(): void {
    const pending = this.#pending
    if (pending === null) return
    this.#pending = null
    this.#pendingBytes = 0
    const socket = this.#socket
    // After a close frame, ours or one that `ws` sent by itself, nothing may follow.
    if (!this.isOpen() || !socket.writable) return
    writeFrames(socket, pending)
    if (this.isBehind() && !this.#ws.isPaused) this.#pause()
    if (this.#drainListeners !== null) this.#awaitDrain()
  }

  /** Heartbeats and deadlines, once a sweep. `pings`: it is this connection's turn to be pinged. */
  sweep({ pings }: { readonly pings: boolean }): void {
    const now = this.#home.sweep()
    const consumer = this.#consumer
    if (this.#endsSweep !== 0) {
      if (now >= this.#endsSweep) this.terminate(null)
      return
    }
    // Any byte is a sign of life: a frame of the application, a pong, or a part of a long message on a slow link.
    if (this.#socket.bytesRead !== this.#heardBytes) {
      this.#heardBytes = this.#socket.bytesRead
      this.#heardSweep = now
    }
    if (consumer === null || !this.isOpen()) return
    if (!consumer.isReady()) {
      if (now - this.#openedSweep >= this.#home.helloSweeps) this.close('hello_timeout')
    } else if (now - this.#heardSweep > this.#home.silentSweeps) {
      this.terminate('heartbeat_missed')
    } else if (pings && !this.isBehind()) {
      this.send(consumer.ping())
    }
  }

  /** A message came. For the shared listener. */
  received(message: RawData, isBinary: boolean): void {
    if (!this.isOpen()) return
    if (isBinary || !Buffer.isBuffer(message)) return this.close('protocol_error', 'text frames only')
    const text = message.toString()
    this.#guard(() => this.#consumer?.receive(text))
  }

  /** `ws` refused what came and has sent a close frame of its own. For the shared listener. */
  failed(): void {
    this.#endSoon()
  }

  /** The socket is gone. For the shared listener. */
  ended(code: number): void {
    const consumer = this.#consumer
    this.#consumer = null
    this.#pending = null
    this.#drainListeners = null
    this.#home.left(this)
    try {
      consumer?.closed(this.#closeCode === 0 ? code : this.#closeCode)
    } catch (error) {
      this.#home.report('consumer failed while closing', { connection: this.number, error })
    }
  }

  /** No input may throw to the top [S5]: the connection that caused it pays. */
  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#home.report('consumer failed', { connection: this.number, error })
      this.close('server_error')
    }
  }

  #push(frames: Uint8Array): void {
    const pending = this.#pending
    if (pending === null) {
      this.#pending = frames
      this.#home.flusher.write(this)
    } else if (Array.isArray(pending)) {
      pending.push(frames)
    } else {
      this.#pending = [pending, frames]
    }
    this.#pendingBytes += frames.length
  }

  /** Replies of one tick may be many without the reader being slow: that shows when they are written. */
  #flushOrClose(): void {
    this.flush()
    if (this.#bufferedBytes() > this.#home.repliesBytesMax) this.close('too_slow')
  }

  #bufferedBytes(): number {
    return this.#socket.writableLength + this.#pendingBytes
  }

  #pause(): void {
    this.#ws.pause()
    this.onceDrained(() => {
      // What it took is a sign of life, and while it was paused the only one.
      this.#heardSweep = this.#home.sweep()
      this.#ws.resume()
    })
  }

  #awaitDrain(): void {
    // Not written yet: the flush that is due comes back here.
    if (this.#awaitsDrain || this.#pending !== null) return
    this.#awaitsDrain = true
    if (this.#socket.writableNeedDrain) this.#socket.once('drain', () => this.#drained())
    else queueMicrotask(() => this.#drained())
  }

  #drained(): void {
    this.#awaitsDrain = false
    const listeners = this.#drainListeners
    if (listeners === null) return
    this.#drainListeners = null
    for (const listen of listeners) this.#guard(listen)
  }

  #endSoon(): void {
    if (this.#endsSweep === 0) this.#endsSweep = this.#home.sweep() + this.#home.closeSweeps
  }
}

function onMessage(this: WebSocket, message: RawData, isBinary: boolean): void {
  if (this instanceof OwnedSocket) this.owner?.received(message, isBinary)
}

function onClose(this: WebSocket, code: number): void {
  if (!(this instanceof OwnedSocket)) return
  this.owner?.ended(code === 0 ? abnormalClosure : code)
  this.owner = null
}

function onError(this: WebSocket): void {
  if (this instanceof OwnedSocket) this.owner?.failed()
}

/** The longest beginning of a text that has at most so many bytes and cuts no character. */
function truncated(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text
  let bytes = 0
  let short = ''
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > bytesMax) break
    short += character
  }
  return short
}
