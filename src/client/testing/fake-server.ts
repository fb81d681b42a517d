/**
 * A small server of one room behind fake sockets, for simulations: it keeps the protocol's promises and nothing more.
 * Frames arrive when the test lets them, replies and events in any order between them, and a link may break at any time.
 */

import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import { type CommandId, type Seq, type UserId, rev, seq } from '../../protocol/ids.ts'
import type { MessageRow, ReactionRow } from '../../protocol/rows.ts'
import type { Random } from '../../random.ts'
import type { SocketLike } from '../client.ts'
import { linkLost, parseJson, trusted } from '../wire.ts'
import { membership, message, reaction, room, settings, user, welcomeFrame } from './fake-link.ts'

type Command = Extract<ClientFrame, { type: 'do' }>['commands'][number]
type Event = Parameters<Parameters<SocketLike['addEventListener']>[1]>[0]

const snapshotMessages = 10
const pageRows = 3
const behindMax = 25

type Connection = {
  readonly user: UserId
  readonly events: ServerFrame[]
  readonly replies: ServerFrame[]
  readonly fire: (type: string, event?: Event) => void
  isFollowing: boolean
  isOpen: boolean
}

export type FakeServer = {
  readonly socketOf: (user: UserId) => SocketLike
  readonly messages: () => readonly MessageRow[]
  readonly reactionsOf: (of: Seq) => readonly ReactionRow[]
  /** One thing happens: a frame arrives, gets lost with its link, or is dropped for a reader that is behind. */
  readonly step: () => void
  /** From now on all goes well. */
  readonly calm: () => void
  readonly settle: () => void
  readonly ping: () => void
  readonly post: (author: UserId, body: string) => void
}

export function fakeServer(random: Random): FakeServer {
  const messages: MessageRow[] = []
  const reactions = new Map<string, ReactionRow>()
  const outcomes = new Map<string, Seq | null>()
  const connections = new Set<Connection>()
  let head = 0
  let isCalm = false
  const chance = (share: number): boolean => !isCalm && random() < share

  const announce = (row: MessageRow | ReactionRow): void => {
    for (const to of connections) {
      // A reader that is behind misses events, and is told by the heads.
      if (to.isFollowing && !chance(0.1)) to.events.push({ type: 'rows', room, rev: rev(head), rows: [row] })
    }
  }
  const put = (row: MessageRow): void => {
    messages[row.seq - 1] = row
    announce(row)
  }
  const post = (author: UserId, body: string, id: string): Seq => {
    const at = messages.length + 1
    put(message({ seq: at, rev: ++head }, { author, body, id }))
    return seq(at)
  }

  const decide = (by: UserId, command: Command): Seq | null => {
    const { cmd } = command
    if (cmd === 'send') return outcomes.get(`${by} ${command.id}`) ?? post(by, command.body, command.id)
    if (cmd === 'cancel') return outcomes.get(`${by} ${command.target}`) ?? null
    if (cmd === 'edit' || cmd === 'delete') {
      const row = messages[command.seq - 1]
      const body = cmd === 'edit' ? command.body : null
      if (row !== undefined && row.body !== body) put({ ...row, rev: rev(++head), body })
      return command.seq
    }
    if (cmd !== 'react') return null
    const key = `${command.seq} ${command.emoji} ${by}`
    if ((reactions.get(key)?.isOn ?? false) === command.isOn) return command.seq
    const row = reaction({ ...command, rev: ++head, user: by })
    reactions.set(key, row)
    announce(row)
    return command.seq
  }

  const isTombstone = (by: UserId, id: CommandId): boolean => outcomes.get(`${by} ${id}`) === null

  const answerAll = (from: Connection, commands: readonly Command[]): void => {
    let isRefusing = false
    for (const command of commands) {
      const isFirst = !isRefusing
      isRefusing ||= chance(0.15)
      const isUnknown = isRefusing && isFirst && random() < 0.5
      if (isRefusing && !isUnknown) {
        const error = { code: 'too_fast', message: '', temporary: true, retryAfterMs: 100 } as const
        from.replies.push({ type: 'reply', re: command.id, error })
        continue
      }
      from.replies.push(isUnknown ? unknown(from.user, command) : known(from.user, command))
    }
  }
  const unknown = (by: UserId, command: Command): ServerFrame => {
    // Only the first of a frame may have been done: those behind it must not overtake it.
    if (random() < 0.5) known(by, command)
    return { type: 'reply', re: command.id, error: linkLost }
  }
  const known = (by: UserId, command: Command): ServerFrame => {
    if (command.cmd === 'send' && isTombstone(by, command.id)) {
      return { type: 'reply', re: command.id, error: { code: 'cancelled', message: '', temporary: false } }
    }
    const at = decide(by, command)
    if (command.cmd === 'send') outcomes.set(`${by} ${command.id}`, at)
    if (command.cmd === 'cancel') outcomes.set(`${by} ${command.target}`, at)
    return { type: 'reply', re: command.id, ok: trusted({ seq: at }) }
  }

  const follow = (to: Connection, after: number): void => {
    to.isFollowing = true
    if (after === 0 || head - after > behindMax) {
      const shown = messages.slice(-snapshotMessages)
      to.events.push({
        type: 'snapshot',
        room,
        rev: rev(head),
        lastSeq: seq(messages.length),
        settings: settings(0),
        memberCount: 2,
        members: [],
        messages: shown,
        reactions: reactionsIn(shown),
      })
      return
    }
    const changed = [...messages, ...reactions.values()]
      .filter((row) => row.rev > after)
      .toSorted((a, b) => a.rev - b.rev)
    do {
      const part = changed.splice(0, pageRows)
      const isLast = changed.length === 0
      const through = isLast ? rev(head) : (part.at(-1)?.rev ?? rev(head))
      to.events.push({ type: 'page', room, rows: part, through, isLast })
    } while (changed.length > 0)
  }
  const reactionsIn = (of: readonly MessageRow[]): ReactionRow[] => {
    const seqs = new Set(of.map((row) => row.seq))
    return [...reactions.values()].filter((row) => row.isOn && seqs.has(row.seq))
  }

  const answerQuery = (to: Connection, { id, query }: Extract<ClientFrame, { type: 'query' }>): void => {
    if (query.query !== 'history') return
    const { limit } = { limit: 5 }
    const found =
      'before' in query
        ? messages.slice(0, query.before - 1).slice(-limit)
        : 'after' in query
          ? messages.slice(query.after, query.after + limit)
          : messages.slice(Math.max(0, query.around - 3), query.around + 2)
    const lastSeq = seq(messages.length)
    to.replies.push({
      type: 'reply',
      re: id,
      ok: { messages: found, reactions: reactionsIn(found), lastSeq, lastRev: head },
    })
  }

  const receive = (from: Connection, frame: ClientFrame): void => {
    if (frame.type === 'hello') {
      const rooms = [membership({ lastSeq: messages.length, read: messages.length })]
      from.events.push(welcomeFrame({ user: user(from.user), rooms }))
    } else if (frame.type === 'follow' && frame.room !== null) follow(from, frame.rev)
    else if (frame.type === 'unfollow') from.isFollowing = false
    else if (frame.type === 'do') answerAll(from, frame.commands)
    else if (frame.type === 'query') answerQuery(from, frame)
  }

  const breakLink = (of: Connection): void => {
    connections.delete(of)
    of.isOpen = false
    of.fire('close', { code: 1006, reason: '' })
  }

  const deliver = (to: Connection): boolean => {
    const queue = to.replies.length > 0 && (to.events.length === 0 || random() < 0.5) ? to.replies : to.events
    const frame = queue.shift()
    if (frame === undefined) return false
    to.fire('message', { data: JSON.stringify(frame) })
    return true
  }

  return {
    socketOf(by) {
      const listeners = new Map<string, (event: Event) => void>()
      const connection: Connection = {
        user: by,
        events: [],
        replies: [],
        fire: (type, event = {}) => listeners.get(type)?.(event),
        isFollowing: false,
        isOpen: true,
      }
      connections.add(connection)
      queueMicrotask(() => connection.fire('open'))
      return {
        addEventListener: (type, listen) => void listeners.set(type, listen),
        send(text) {
          if (connection.isOpen) receive(connection, trusted(parseJson(text)))
        },
        close() {
          connection.isOpen = false
          connections.delete(connection)
        },
      }
    },
    messages: () => messages,
    reactionsOf: (of) => [...reactions.values()].filter((row) => row.seq === of && row.isOn),
    step() {
      const of = [...connections][Math.floor(random() * connections.size)]
      if (of === undefined) return
      if (chance(0.03)) breakLink(of)
      else deliver(of)
    },
    calm() {
      isCalm = true
    },
    settle() {
      for (const of of connections) while (deliver(of));
    },
    ping() {
      for (const of of connections) of.events.push({ type: 'ping', rev: rev(10), heads: { [room]: rev(head) } })
    },
    post: (author, body) => void post(author, body, `post-${head}`),
  }
}
