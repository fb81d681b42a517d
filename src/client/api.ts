/**
 * The SDK's public face. `connectClient` (client.ts) gives a `Client`; everything else is reached from it.
 *
 * State is read by plain calls that give the present value, the same object until it changes; `on` tells when to read
 * again, at most once a turn of the event loop for each topic. So a page can hang it on signals, and a bot can ignore it.
 */

import type { CommandInputs, CommandOutputs, OwnCommandName } from '../protocol/commands.ts'
import type { WireError } from '../protocol/errors.ts'
import type { Presence } from '../protocol/frames.ts'
import type { CommandId, RoomId, Seq, UserId } from '../protocol/ids.ts'
import type { Limits } from '../protocol/limits.ts'
import type { Query, QueryOutputs } from '../protocol/queries.ts'
import type { MemberRow, MembershipRow, MessageRow, SettingsRow, User } from '../protocol/rows.ts'

export type LinkState =
  /** Not yet, or not any more. `retryAtMs` by `clock.nowMs()`; null: not trying by itself (no network, say). */
  | { readonly is: 'offline'; readonly retryAtMs: number | null }
  | { readonly is: 'connecting' }
  | { readonly is: 'online' }
  /** The server wants a sign-in (again). Nothing is tried until `reconnect`. The outbox is kept. */
  | { readonly is: 'signed_out'; readonly reason: 'unauthenticated' | 'session_ended' | 'deactivated' }
  /** The server and this client do not understand each other: a reload may bring a newer client. */
  | { readonly is: 'given_up'; readonly code: number; readonly reason: string }

export type Result<T> = { readonly ok: T } | { readonly error: WireError }

export type Client = Disposable & {
  readonly link: () => LinkState
  /** Null until the first welcome. */
  readonly me: () => User | null
  readonly server: () => { readonly name: string; readonly version: string } | null
  readonly limits: () => Limits
  /** The rooms I am a member of, in no order. `unread` and `mentions` are counts, from the cursor. */
  readonly rooms: () => readonly RoomEntry[]
  /** False until the whole list has come once. */
  readonly hasRooms: () => boolean
  /** Somebody, when known; asks the server (and tells 'people' later) when not. */
  readonly user: (id: UserId) => User | null
  readonly presence: (id: UserId) => Presence
  /** The people whose presence is shown; replaces the list before. */
  readonly watch: (users: readonly UserId[]) => void
  /** The room, followed from the first `open` to the last `close` of it. */
  readonly room: (id: RoomId) => Room
  /** A change of my own or of the server. Retried with one id until it is answered; not kept over a reload. */
  readonly do: <Name extends OwnCommandName>(
    cmd: Name,
    input: CommandInputs[Name],
  ) => Promise<Result<CommandOutputs[Name]>>
  /** Settles with `outcome_unknown` when the link goes before the answer. */
  readonly query: <Q extends Query>(query: Q) => Promise<Result<QueryOutputs[Q['query']]>>
  /** Try now: after a sign-in, or because the person asked. */
  readonly reconnect: () => void
  readonly on: (topic: 'link' | 'me' | 'rooms' | 'people' | 'presence', listen: () => void) => Disposable
}

export type RoomEntry = {
  /** As the server told, moved on by what came since. */
  readonly membership: MembershipRow
  readonly unread: number
  readonly mentions: number
}

/** A message of mine on its way. */
export type Pending = {
  readonly id: CommandId
  readonly body: string
  readonly replyTo: Seq | null
  readonly writtenAtMs: number
  readonly state:
    | { readonly is: 'waiting' }
    | { readonly is: 'sending'; readonly sinceMs: number }
    /** Refused for good: the text is kept until it is retried, edited or discarded [G5]. Holds nothing up. */
    | { readonly is: 'failed'; readonly error: WireError }
}

/** Members' changes to messages show at once (`isPending`), before they are answered. */
export type ShownMessage = MessageRow & {
  readonly isPending: boolean
  /** Emoji -> who, in the order in which they came. */
  readonly reactions: readonly { readonly emoji: string; readonly users: readonly UserId[] }[]
}

export type Timeline = {
  /** Dense: no seq is missing between the first and the last. */
  readonly messages: readonly ShownMessage[]
  /** There are older ones to load. */
  readonly hasOlder: boolean
  /** The end is the room's end; new messages are appended. False: a window in the past, `loadNewer` leads on. */
  readonly isAtTail: boolean
  /** Null until it is loaded. */
  readonly lastSeq: Seq | null
  readonly state: 'loading' | 'ready' | { readonly refused: WireError }
}

export type Room = {
  readonly id: RoomId
  /** Follow it. Each `open` needs its `close`. */
  readonly open: () => void
  readonly close: () => void
  readonly settings: () => SettingsRow | null
  /** The first members and those that changed since; `memberCount` counts all. */
  readonly members: () => readonly MemberRow[]
  readonly memberCount: () => number
  readonly timeline: () => Timeline
  readonly pending: () => readonly Pending[]
  /** Who is writing now, without me. */
  readonly typing: () => readonly UserId[]
  /** How far others have read, where that is told (small rooms). */
  readonly receipts: () => ReadonlyMap<UserId, Seq>

  readonly loadOlder: () => Promise<void>
  readonly loadNewer: () => Promise<void>
  /** Makes the window the messages around `seq`. */
  readonly loadAround: (seq: Seq) => Promise<void>
  /** Back to the end of the room. */
  readonly loadTail: () => Promise<void>

  /** Into the outbox, shown at once, sent when it is its turn. Resolves when it is persisted. */
  readonly send: (body: string, options?: { readonly replyTo?: Seq }) => Promise<CommandId>
  readonly edit: (seq: Seq, body: string) => void
  readonly delete: (seq: Seq) => void
  readonly react: (seq: Seq, emoji: string, isOn: boolean) => void
  /** Any other command of this room. */
  readonly do: <Name extends 'join' | 'leave' | 'invite' | 'remove' | 'rename' | 'topic' | 'visibility'>(
    cmd: Name,
    input: Omit<CommandInputs[Name], 'room'>,
  ) => Promise<Result<CommandOutputs[Name]>>
  /** Sends a failed one again, with a new text when given. */
  readonly retry: (id: CommandId, body?: string) => void
  /** Gives up a pending one. One that may have been sent is cancelled on the server, so that it never appears later [G5]. */
  readonly discard: (id: CommandId) => void

  /** I have seen this and all before. Sent at most every 2 s. */
  readonly read: (seq: Seq) => void
  /** `seq` is the last one I have read. */
  readonly unread: (seq: Seq) => Promise<Result<CommandOutputs['unread']>>
  /** I am writing. Sent at most every 3 s. */
  readonly type: () => void
  readonly on: (
    topic: 'timeline' | 'pending' | 'members' | 'settings' | 'typing' | 'receipts' | 'error',
    listen: () => void,
  ) => Disposable
  /** The last change (edit, delete, react) that the server refused, for a notice; null after `clearError`. */
  readonly error: () => WireError | null
  readonly clearError: () => void
}

/** Where unanswered commands survive a reload. Order is the order of `put`. */
export type OutboxStorage = {
  readonly load: () => Promise<readonly OutboxEntry[]>
  /** On disk (as far as the platform says) when it resolves. Same id: replaced in place. */
  readonly put: (entry: OutboxEntry) => Promise<void>
  readonly remove: (id: CommandId) => Promise<void>
}

/** `command` is a room command; `failed` when the server refused it for good. */
export type OutboxEntry = {
  readonly id: CommandId
  readonly user: UserId
  readonly room: RoomId
  readonly command: Readonly<Record<string, unknown>>
  readonly writtenAtMs: number
  readonly failed: WireError | null
}
