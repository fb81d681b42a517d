/** A client on fake sockets, its clock moved by hand: a test plays the server, frame by frame. */

import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import { type RoomId, type UserId, commandId, rev, roomId, seq, sessionId, userId } from '../../protocol/ids.ts'
import { limits } from '../../protocol/limits.ts'
import type { MembershipRow, MessageRow, ReactionRow, SettingsRow, User } from '../../protocol/rows.ts'
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import type { Client, OutboxStorage } from '../api.ts'
import { type ClientOptions, type Signal, type SocketLike, connectClient } from '../client.ts'
import { openMemoryOutbox } from '../outbox-memory.ts'
import { parseJson, trusted } from '../wire.ts'

export const me = userId('me')
export const other = userId('other')
export const room = roomId('yard')

export const user = (id: UserId): User => ({ id, handle: id, name: id.toUpperCase(), role: 'member', isActive: true })

export type FakeSocket = {
  /** Everything the client wrote, oldest first. */
  readonly sent: ClientFrame[]
  readonly of: <Type extends ClientFrame['type']>(type: Type) => Extract<ClientFrame, { type: Type }>[]
  /** The last `do` frame's commands. */
  readonly commands: () => Extract<ClientFrame, { type: 'do' }>['commands']
  readonly open: () => void
  readonly give: (...frames: readonly ServerFrame[]) => void
  readonly close: (code: number) => void
  /** The code with which the client let go; null: it holds it. */
  readonly letGo: () => number | null
}

export type FakeLink = Disposable & {
  readonly client: Client
  readonly clock: ManualClock
  readonly sockets: readonly FakeSocket[]
  readonly socket: () => FakeSocket
  readonly signal: (signal: Signal) => void
  /** Opens the newest socket and welcomes it. */
  readonly welcome: (overrides?: Partial<Extract<ServerFrame, { type: 'welcome' }>>) => Promise<FakeSocket>
}

export const pingMs = 10_000

export function fakeLink(options: Partial<ClientOptions> & { readonly outbox?: OutboxStorage } = {}): FakeLink {
  const clock = manualClock()
  const sockets: FakeSocket[] = []
  let listen: ((signal: Signal) => void) | null = null
  let ids = 0
  const client = connectClient({
    url: 'ws://test/ws',
    outbox: openMemoryOutbox(),
    clock,
    random: seededRandom(1),
    newId: () => `c${++ids}`,
    socket: () => {
      const { like, socket } = fakeSocket()
      sockets.push(socket)
      return like
    },
    signals: (told) => {
      listen = told
      return { [Symbol.dispose]: () => {} }
    },
    ...options,
  })
  const socket = (): FakeSocket => {
    const last = sockets.at(-1)
    if (last === undefined) throw new Error('no socket was opened')
    return last
  }
  return {
    client,
    clock: options.clock === undefined ? clock : trusted(options.clock),
    sockets,
    socket,
    signal: (signal) => listen?.(signal),
    async welcome(overrides = {}) {
      const open = socket()
      open.open()
      open.give(welcomeFrame(overrides))
      await clock.advance(0)
      return open
    },
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

function fakeSocket(): { readonly like: SocketLike; readonly socket: FakeSocket } {
  type Event = Parameters<Parameters<SocketLike['addEventListener']>[1]>[0]
  const listeners = new Map<string, (event: Event) => void>()
  const sent: ClientFrame[] = []
  let letGo: number | null = null
  const fire = (type: string, event: Event = {}): void => listeners.get(type)?.(event)
  const of: FakeSocket['of'] = (type) => trusted(sent.filter((frame) => frame.type === type))
  return {
    like: {
      addEventListener: (type, listen) => void listeners.set(type, listen),
      send: (text) => void sent.push(trusted(parseJson(text))),
      close: (code = 1000) => {
        letGo = code
      },
    },
    socket: {
      sent,
      of,
      commands: () => of('do').at(-1)?.commands ?? [],
      open: () => fire('open'),
      give: (...frames) => fire('message', { data: frames.map((frame) => JSON.stringify(frame)).join('\n') }),
      close: (code) => fire('close', { code, reason: '' }),
      letGo: () => letGo,
    },
  }
}

export function welcomeFrame(
  overrides: Partial<Extract<ServerFrame, { type: 'welcome' }>> = {},
): Extract<ServerFrame, { type: 'welcome' }> {
  return {
    type: 'welcome',
    user: user(me),
    session: sessionId('s1'),
    server: { name: 'Test', version: '0' },
    serverTimeMs: 0,
    pingMs,
    limits,
    features: [],
    rev: rev(10),
    rooms: [membership()],
    isLast: true,
    ...overrides,
  }
}

export function membership(
  overrides: Partial<Omit<MembershipRow, 'room'>> & {
    readonly id?: RoomId
    readonly lastSeq?: number
    readonly read?: number
    readonly at?: number
  } = {},
): MembershipRow {
  const { id = room, lastSeq = 2, read = 2, at = 10, ...rest } = overrides
  return {
    kind: 'membership',
    rev: rev(at),
    room: {
      id,
      name: 'Yard',
      topic: '',
      visibility: 'public',
      lastSeq: seq(lastSeq),
      lastRev: rev(lastSeq),
      others: [],
    },
    isMember: true,
    role: 'member',
    readSeq: seq(read),
    readEpoch: 0,
    mentions: [],
    ...rest,
  }
}

export function message(
  position: { readonly seq: number; readonly rev?: number },
  overrides: Partial<Omit<MessageRow, 'seq' | 'rev' | 'id'>> & { readonly id?: string } = {},
): MessageRow {
  const { id = `m${position.seq}`, ...rest } = overrides
  return {
    kind: 'message',
    rev: rev(position.rev ?? position.seq),
    seq: seq(position.seq),
    author: other,
    sentAtMs: position.seq,
    body: `text ${position.seq}`,
    replyTo: null,
    editedAtMs: null,
    ...rest,
    id: commandId(id),
  }
}

export function reaction(of: { seq: number; rev: number; isOn?: boolean; user?: UserId; emoji?: string }): ReactionRow {
  const { isOn = true, user: by = other, emoji = '👍' } = of
  return { kind: 'reaction', rev: rev(of.rev), seq: seq(of.seq), emoji, user: by, isOn }
}

export const settings = (at = 1, name = 'Yard'): SettingsRow => ({
  kind: 'settings',
  rev: rev(at),
  name,
  topic: '',
  visibility: 'public',
})

/** A snapshot that ends with these messages. */
export function snapshot(
  messages: readonly MessageRow[],
  overrides: Partial<Extract<ServerFrame, { type: 'snapshot' }>> = {},
): Extract<ServerFrame, { type: 'snapshot' }> {
  return {
    type: 'snapshot',
    room,
    rev: rev(Math.max(0, ...messages.map((row) => row.rev))),
    lastSeq: messages.at(-1)?.seq ?? seq(0),
    settings: settings(),
    memberCount: 2,
    members: [],
    messages,
    reactions: [],
    ...overrides,
  }
}

export const rows = (...changed: Extract<ServerFrame, { type: 'rows' }>['rows']): ServerFrame => ({
  type: 'rows',
  room,
  rev: rev(Math.max(...changed.map((row) => row.rev))),
  rows: changed,
})

export const page = (
  through: number,
  changed: Extract<ServerFrame, { type: 'page' }>['rows'],
  isLast = true,
): ServerFrame => ({ type: 'page', room, through: rev(through), rows: changed, isLast })

export const sentAs = (re: string, at: number): ServerFrame => ({
  type: 'reply',
  re: commandId(re),
  ok: { seq: seq(at) },
})

export const refusal = (
  re: string,
  error: { code: 'too_fast' | 'forbidden' | 'overloaded' | 'too_long' | 'internal'; retryAfterMs?: number },
): ServerFrame => ({
  type: 'reply',
  re: commandId(re),
  error: { ...error, message: '', temporary: ['too_fast', 'overloaded', 'internal'].includes(error.code) },
})

/** The bodies on the screen: those of the room, then those on their way. */
export function screen(client: Client): string[] {
  const shown = client.room(room)
  return [
    ...shown.timeline().messages.map(({ body }) => body ?? '(deleted)'),
    ...shown.pending().map(({ body, state }) => `${body} …${state.is}`),
  ]
}

/** A room that is open and has its first two messages. */
export async function openRoomOf(link: FakeLink): Promise<FakeSocket> {
  const socket = await link.welcome()
  link.client.room(room).open()
  socket.give(snapshot([message({ seq: 1 }), message({ seq: 2 })]))
  await link.clock.advance(0)
  return socket
}
