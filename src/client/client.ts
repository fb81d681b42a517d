/**
 * The SDK: connects to a Madang server, keeps connected, and keeps what it shows true [G2-G5 G9 G10].
 *
 * Runs in browsers and in Node with nothing but the platform. What it does not own (clock, chance, storage, socket) is
 * handed in.
 */

import type { Clock } from '../clock.ts'
import type { WireError } from '../protocol/errors.ts'
import type { Reply, ServerFrame } from '../protocol/frames.ts'
import { type CommandId, type RoomId, commandId, rev } from '../protocol/ids.ts'
import { type Limits, limits as defaultLimits } from '../protocol/limits.ts'
import type { Query, QueryOutputs } from '../protocol/queries.ts'
import type { Random } from '../random.ts'
import type { Client, OutboxStorage, Result } from './api.ts'
import { type Link, openLink } from './link.ts'
import { openOutbox } from './outbox.ts'
import { openOwn } from './own.ts'
import { openPeople } from './people.ts'
import { type OpenSocket, type Signals, platformSignals, platformSocket } from './platform.ts'
import { type RoomFrame, type RoomHandle, openRoom } from './room.ts'
import { openTopics } from './topics.ts'
import { uuidSource } from './uuid.ts'
import { linkLost, trusted } from './wire.ts'

export type { OpenSocket, Signal, Signals, SocketLike } from './platform.ts'

export type ClientOptions = {
  /** `ws://…/ws` or `wss://…/ws`. */
  readonly url: string
  /** A session's or a personal one; a browser has its cookie instead. Never part of the URL. */
  readonly token?: string
  /** What this program calls itself, shown among the sessions. */
  readonly agent?: string
  readonly outbox: OutboxStorage
  readonly socket?: OpenSocket
  readonly clock: Clock
  readonly random: Random
  /** Ids of commands, never the same twice. UUIDv7 unless told otherwise. */
  readonly newId?: () => string
  readonly signals?: Signals
}

/** So many rooms that were closed keep what they loaded, to show it at once when they are opened again. */
const closedKept = 20
const zero = rev(0)

/** Begins to connect at once, and goes on until it is disposed or told to stop by the server. */
export function connectClient(options: ClientOptions): Client {
  const { clock, random } = options
  const makeId = options.newId ?? uuidSource({ nowMs: clock.nowMs })
  const newId = (): CommandId => commandId(makeId())
  const topics = openTopics<Parameters<Client['on']>[0]>()
  const rooms = new Map<RoomId, RoomHandle>()
  const closed = new Set<RoomId>()
  const queries = new Map<CommandId, (result: { ok: unknown } | { error: WireError }) => void>()
  let limits: Limits = defaultLimits
  let server: { readonly name: string; readonly version: string } | null = null

  // The link is opened last, for it tells the others; until then nothing is sent.
  let link: Link | null = null
  const isOnline = (): boolean => link?.state().is === 'online'
  const send: Link['send'] = (frame) => link?.send(frame) ?? false

  const query = async <Q extends Query>(asked: Q): Promise<Result<QueryOutputs[Q['query']]>> =>
    new Promise((resolve) => {
      const id = newId()
      queries.set(id, (result) => resolve(trusted(result)))
      if (!send({ type: 'query', id, query: asked })) settleQuery(id, { error: linkLost })
    })
  const settleQuery = (id: CommandId, result: { ok: unknown } | { error: WireError }): boolean => {
    const settle = queries.get(id)
    queries.delete(id)
    settle?.(result)
    return settle !== undefined
  }

  const outbox = openOutbox({
    clock,
    random,
    newId,
    storage: options.outbox,
    send,
    limits: () => limits,
    unanswered: () => link?.distrust(),
    ensure: (id) => void handle(id),
  })
  const own = openOwn({
    clock,
    follow: (after) => void send({ type: 'follow', room: null, rev: after }),
    isOnline,
    do: outbox.do,
    changed: topics.changed,
    joined: (id) => rooms.get(id)?.joined(),
  })
  const people = openPeople({ clock, query, send, isOnline, limits: () => limits, changed: topics.changed })

  const roomClosed = (id: RoomId): void => {
    closed.delete(id)
    closed.add(id)
    for (const oldest of closed) {
      if (closed.size <= closedKept) return
      closed.delete(oldest)
      const room = rooms.get(oldest)
      if (room !== undefined && !room.isOpen()) room.reset()
    }
  }

  const handle = (id: RoomId): RoomHandle => {
    const held = rooms.get(id)
    if (held !== undefined) return held
    const deps = { clock, newId, send, query, limits: () => limits, outbox, own, closed: () => roomClosed(id) }
    const opened = openRoom(deps, id)
    rooms.set(id, opened)
    return opened
  }

  const welcomed = (frame: Extract<ServerFrame, { type: 'welcome' }>): void => {
    const isSomebodyElse = own.me() !== null && own.me()?.id !== frame.user.id
    limits = frame.limits
    server = frame.server
    if (isSomebodyElse) for (const room of rooms.values()) room.reset()
    own.welcome(frame)
    people.welcomed()
    people.learn(frame.user)
    for (const room of rooms.values()) room.welcomed()
    outbox.welcomed(frame.user.id)
  }

  const replied = (reply: Reply): void => {
    const result = 'ok' in reply ? { ok: reply.ok } : { error: reply.error }
    if (!settleQuery(reply.re, result)) outbox.answer(reply.re, result)
  }

  const toRoom = (frame: RoomFrame & { readonly room: RoomId }): void => rooms.get(frame.room)?.receive(frame)

  const received = (frame: ServerFrame): void => {
    switch (frame.type) {
      case 'welcome':
        return welcomed(frame)
      case 'rooms':
        return own.list(frame)
      case 'page':
        return frame.room === null ? own.page(frame) : toRoom({ ...frame, room: frame.room })
      case 'rows':
        return frame.room === null ? own.live(frame) : toRoom({ ...frame, room: frame.room })
      case 'snapshot':
      case 'unfollowed':
      case 'typing':
      case 'receipt':
        return toRoom(frame)
      case 'bump':
        return frame.bumps.forEach((bump) => own.memberships.bump(bump))
      case 'reply':
        return replied(frame)
      case 'presence':
        return people.present(frame.users)
      case 'user':
        own.userChanged(frame.user)
        return people.learn(frame.user)
      case 'ping':
        own.head(frame.rev)
        for (const [id, room] of rooms) room.head(frame.heads[id] ?? zero)
        return
      case 'pong':
      case 'drain':
      case 'error':
        return // The link's, or nobody's: frames that are refused without an id are not made here.
      default:
        // A type of a newer server. Not `unreachable`: what is not understood is left alone.
        return frame satisfies never
    }
  }

  const lost = (): void => {
    for (const id of queries.keys()) settleQuery(id, { error: linkLost })
    outbox.lost()
    own.lost()
    for (const room of rooms.values()) room.lost()
  }

  const hello = { ...(options.token && { token: options.token }), ...(options.agent && { agent: options.agent }) }
  const opened = openLink(
    {
      clock,
      random,
      socket: options.socket ?? platformSocket,
      signals: options.signals ?? platformSignals,
    },
    options.url,
    { hello: () => ({ type: 'hello', ...hello }), received, lost, changed: () => topics.changed('link') },
  )
  link = opened

  return {
    link: opened.state,
    me: own.me,
    server: () => server,
    limits: () => limits,
    rooms: own.rooms,
    hasRooms: own.hasRooms,
    user: people.user,
    presence: people.presence,
    watch: people.watch,
    room: (id) => handle(id).room,
    do: outbox.do,
    query,
    reconnect: opened.reconnect,
    on: topics.on,
    [Symbol.dispose]() {
      opened[Symbol.dispose]()
      outbox.close()
      own.close()
      for (const room of rooms.values()) room.dispose()
    },
  }
}
