/** A bare WebSocket to a test's server: frames out, and frames in as they come. */

import { WebSocket } from 'ws'
import { subprotocol } from '../../src/protocol/limits.ts'
import type { TestServer } from '../server.ts'

export type Wire = Disposable & {
  readonly send: (frame: unknown) => void
  /** Bytes that are no frame. */
  readonly sendRaw: (message: string | Uint8Array) => void
  /** The next frame that `take` wants, also one that came before. Rejects with all that came instead. */
  readonly next: (isWanted: (frame: unknown) => boolean, what: string) => Promise<unknown>
  /** The close code, when it comes. */
  readonly closed: Promise<number>
  /** What came and nobody has taken. */
  readonly rest: () => readonly unknown[]
}

/** Longer than anything here takes; a frame that does not come is a failure, not a wait. */
const patienceMs = 5_000

export async function openWire(server: TestServer): Promise<Wire> {
  const socket = new WebSocket(new URL('ws', server.url), subprotocol)
  const frames: unknown[] = []
  let wake: (() => void) | null = null
  let end: string | null = null
  const closed = Promise.withResolvers<number>()
  const changed = (): void => {
    wake?.()
    wake = null
  }
  socket.on('message', (message) => {
    if (!Buffer.isBuffer(message)) throw new TypeError('a message in pieces, which was not asked for')
    for (const line of message.toString().split('\n')) frames.push(JSON.parse(line))
    changed()
  })
  socket.on('close', (code, reason) => {
    end = `closed with ${code} ${String(reason)}`
    closed.resolve(code)
    changed()
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))

  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    sendRaw: (message) => socket.send(message),
    closed: closed.promise,
    async next(isWanted, what) {
      const tooLate = AbortSignal.timeout(patienceMs)
      tooLate.addEventListener('abort', changed)
      for (;;) {
        const at = frames.findIndex(isWanted)
        if (at >= 0) return frames.splice(at, 1)[0]
        if (tooLate.aborted || end !== null) {
          const came = frames.map((frame) => JSON.stringify(frame)).join('\n')
          throw new Error(`${what}\ndid not come${end === null ? '' : ` (${end})`}; instead:\n${came}`)
        }
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    rest: () => frames,
    [Symbol.dispose]: () => socket.terminate(),
  }
}
