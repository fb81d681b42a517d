/** A socket for the SDK that can stop to read: its kernel buffers fill, then the server's. */

import { WebSocket } from 'ws'
import type { OpenSocket } from '../../src/client/platform.ts'
import { trusted } from '../../src/client/wire.ts'

export type PausableSocket = {
  readonly open: OpenSocket
  readonly pause: () => void
  readonly resume: () => void
  /** Of all messages that came. */
  readonly bytesRead: () => number
}

/** Of one client: the last socket it opened is the one that is paused. */
export function pausableSocket(): PausableSocket {
  let last: WebSocket | null = null
  let bytesRead = 0
  return {
    open(url, subprotocol) {
      last = new WebSocket(url, subprotocol)
      last.on('message', (message) => (bytesRead += Buffer.isBuffer(message) ? message.length : 0))
      return trusted(last)
    },
    pause: () => last?.pause(),
    resume: () => last?.resume(),
    bytesRead: () => bytesRead,
  }
}
