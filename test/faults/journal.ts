/**
 * What people asked for and what the server said, as it went over the wire: the witness against which views and history
 * are checked. Whatever a client says of itself, an acknowledgement is a reply that came in.
 */

import type { RoomCommand } from '../../src/protocol/commands.ts'
import type { WireError } from '../../src/protocol/errors.ts'
import type { ClientFrame } from '../../src/protocol/frames.ts'
import { parseJson, trusted } from '../../src/client/wire.ts'
import { type CommandId, type RoomId, type Seq, type UserId, userId } from '../../src/protocol/ids.ts'
import type { OpenSocket } from '../../src/client/platform.ts'
import { decodeServerMessage } from '../../src/protocol/codec.ts'

type RoomChange = Extract<RoomCommand, { cmd: 'send' | 'edit' | 'delete' | 'react' }>

/** One command, from its first frame on. */
export type Asked = {
  readonly author: UserId
  readonly command: RoomChange
  outcome:
    | { readonly is: 'unknown' }
    | { readonly is: 'acknowledged'; readonly seq: Seq }
    | { readonly is: 'refused'; readonly error: WireError }
}

export type Journal = {
  /** In the order of each author's and room's first frames. */
  readonly asked: ReadonlyMap<string, Asked>
  /** What was typed: resolved sends, by author. In order. */
  readonly typed: readonly { readonly author: UserId; readonly room: RoomId; readonly id: CommandId }[]
  readonly type: (author: UserId, room: RoomId, id: CommandId) => void
  /** A socket whose frames are written down as `author`'s. */
  readonly tap: (author: string, open: OpenSocket) => OpenSocket
  /** Commands that were sent more than once, sockets that were opened, and so on. */
  readonly counts: { sockets: number; acknowledged: number; refused: number; resent: number }
  /** What no order of events can excuse: another answer for the same command. */
  readonly contradictions: readonly string[]
}

export function openJournal(): Journal {
  const asked = new Map<string, Asked>()
  const typed: { readonly author: UserId; readonly room: RoomId; readonly id: CommandId }[] = []
  const contradictions: string[] = []
  const counts = { sockets: 0, acknowledged: 0, refused: 0, resent: 0 }

  const sent = (author: string, text: string): void => {
    for (const line of text.split('\n')) {
      const frame = trusted<ClientFrame>(parseJson(line))
      if (frame.type !== 'do') continue
      for (const command of frame.commands) {
        if (!isChange(command)) continue
        const key = keyOf(author, command.id)
        if (asked.has(key)) counts.resent++
        else asked.set(key, { author: userId(author), command, outcome: { is: 'unknown' } })
      }
    }
  }

  const received = (author: string, message: unknown): void => {
    if (typeof message !== 'string') return
    for (const frame of decodeServerMessage(message)) {
      if (frame.type !== 'reply') continue
      const entry = asked.get(keyOf(author, frame.re))
      if (entry !== undefined) settle(entry, frame)
    }
  }

  const settle = (entry: Asked, reply: { readonly ok: unknown } | { readonly error: WireError }): void => {
    const { outcome } = entry
    if ('error' in reply) {
      if (reply.error.temporary) return
      if (outcome.is === 'acknowledged') contradictions.push(`${JSON.stringify(entry)} is refused now`)
      entry.outcome = { is: 'refused', error: reply.error }
      counts.refused++
      return
    }
    const { seq } = trusted<{ readonly seq: Seq }>(reply.ok)
    if (outcome.is === 'refused' || (outcome.is === 'acknowledged' && outcome.seq !== seq)) {
      contradictions.push(`${JSON.stringify(entry)} is acknowledged at ${seq} now`)
    }
    if (outcome.is === 'unknown') counts.acknowledged++
    entry.outcome = { is: 'acknowledged', seq }
  }

  return {
    asked,
    typed,
    counts,
    contradictions,
    type: (author, room, id) => void typed.push({ author, room, id }),
    tap: (author, open) => (url, subprotocol) => {
      const socket = open(url, subprotocol)
      counts.sockets++
      socket.addEventListener('message', ({ data }) => received(author, data))
      return {
        addEventListener: (type, listen) => socket.addEventListener(type, listen),
        close: (code, reason) => socket.close(code, reason),
        send(text) {
          // Before it goes out: its answer cannot come first.
          sent(author, text)
          socket.send(text)
        },
      }
    },
  }
}

const isChange = (command: { readonly cmd: string }): command is RoomChange =>
  ['send', 'edit', 'delete', 'react'].includes(command.cmd)

const keyOf = (author: string, id: string): string => `${author} ${id}`
