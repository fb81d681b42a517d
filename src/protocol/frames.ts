/**
 * The frames that a client and a server exchange over a WebSocket. A message carries one frame, or several separated by
 * line breaks (JSON has none). `room: null` in place of a room means the person's own rows. PROTOCOL.md tells the story.
 */

import { type Check, Refusal, id, int, isRecord, list, nullable, object, tag, tagged, text } from './check.ts'
import { type CommandName, type CommandOutputs, type OwnCommand, type RoomCommand, checkCommand } from './commands.ts'
import type { WireError } from './errors.ts'
import {
  type CommandId,
  type Rev,
  type RoomId,
  type Seq,
  type SessionId,
  type UserId,
  commandId,
  roomId,
  userId,
} from './ids.ts'
import { type Limits, limits } from './limits.ts'
import { type Query, type QueryName, type QueryOutputs, checkQuery } from './queries.ts'
import type { MemberRow, MembershipRow, MessageRow, OwnRow, ReactionRow, RoomRow, SettingsRow, User } from './rows.ts'

export type Presence = 'online' | 'offline'

export type ClientFrame =
  /** The first frame. `token` when there is no cookie: a session's or a personal one. */
  | { readonly type: 'hello'; readonly token?: string; readonly agent?: string }
  /** Start or resume. `rev`: all up to here is known; 0: nothing, send a snapshot. */
  | { readonly type: 'follow'; readonly room: RoomId | null; readonly rev: Rev }
  | { readonly type: 'unfollow'; readonly room: RoomId }
  /** Commands of one lane (one room, or all my own), done in order. One such frame a lane at a time [G10]. */
  | { readonly type: 'do'; readonly commands: readonly (RoomCommand | OwnCommand)[] }
  | { readonly type: 'query'; readonly id: CommandId; readonly query: Query }
  | { readonly type: 'typing'; readonly room: RoomId }
  /** The people whose presence I want to be told; replaces the list before. */
  | { readonly type: 'watch'; readonly users: readonly UserId[] }
  /** Are you there? Answered at once. */
  | { readonly type: 'ping' }
  /** The answer to the server's ping. */
  | { readonly type: 'pong' }

/** What happened to a room that is not followed, at most once a second. Keep the larger numbers. */
export type Bump = {
  readonly room: RoomId
  readonly lastSeq: Seq
  readonly lastRev: Rev
  /** Who wrote the message at `lastSeq`. */
  readonly author: UserId | null
  /** New ones that mention me, and edited ones. */
  readonly mentions: readonly Seq[]
  /** Edited or deleted ones that do not mention me, or not any more. */
  readonly unmentions?: readonly Seq[]
  /** Present when they changed. */
  readonly settings?: SettingsRow
}

export type Snapshot = {
  readonly room: RoomId
  readonly rev: Rev
  readonly lastSeq: Seq
  readonly settings: SettingsRow
  readonly memberCount: number
  /** By user id, at most `limits.snapshotMembersMax`; the rest through the query `members`. */
  readonly members: readonly MemberRow[]
  /** The newest, oldest first. */
  readonly messages: readonly MessageRow[]
  /** Those that are on, of these messages. */
  readonly reactions: readonly ReactionRow[]
}

export type Reply =
  | {
      readonly type: 'reply'
      readonly re: CommandId
      readonly ok: CommandOutputs[CommandName] | QueryOutputs[QueryName]
    }
  | { readonly type: 'reply'; readonly re: CommandId; readonly error: WireError }

export type ServerFrame =
  /** The answer to `hello`. Memberships come a page at a time: more in `rooms` frames until `isLast`. */
  | {
      readonly type: 'welcome'
      readonly user: User
      readonly session: SessionId
      readonly server: { readonly name: string; readonly version: string }
      readonly serverTimeMs: number
      /** The server pings this often; hear nothing for twice as long and the link is dead. */
      readonly pingMs: number
      readonly limits: Limits
      readonly features: readonly string[]
      /** The rev of my own rows that `rooms` are read at. Later ones follow live. */
      readonly rev: Rev
      readonly rooms: readonly MembershipRow[]
      readonly isLast: boolean
    }
  | { readonly type: 'rooms'; readonly rooms: readonly MembershipRow[]; readonly isLast: boolean }
  /** A fresh start of a followed room: forget what you had of it, but what is in the outbox. */
  | ({ readonly type: 'snapshot' } & Snapshot)
  /** Catch-up: state of what changed since `follow`'s rev. Revs skip. Up to `through` nothing is missing. */
  | {
      readonly type: 'page'
      readonly room: RoomId | null
      readonly rows: readonly (RoomRow | OwnRow)[]
      readonly through: Rev
      readonly isLast: boolean
    }
  /** Live changes. The revs are contiguous and end at `rev`. */
  | {
      readonly type: 'rows'
      readonly room: RoomId | null
      readonly rev: Rev
      readonly rows: readonly (RoomRow | OwnRow)[]
    }
  /** Not followed (any more), and why. */
  | { readonly type: 'unfollowed'; readonly room: RoomId; readonly error: WireError }
  | { readonly type: 'bump'; readonly bumps: readonly Bump[] }
  | Reply
  | { readonly type: 'typing'; readonly room: RoomId; readonly user: UserId }
  /** How far somebody has read; rooms of up to 100 members, may be lost. */
  | { readonly type: 'receipt'; readonly room: RoomId; readonly user: UserId; readonly seq: Seq }
  | { readonly type: 'presence'; readonly users: readonly { readonly user: UserId; readonly presence: Presence }[] }
  /** Somebody's name or state changed. */
  | { readonly type: 'user'; readonly user: User }
  /** Answer with `pong`. `heads`: the last rev sent of each followed room; ahead of yours means a hole: follow again. */
  | { readonly type: 'ping'; readonly rev: Rev; readonly heads: { readonly [Room: RoomId]: Rev } }
  | { readonly type: 'pong' }
  /** The server is about to stop: reconnect after `afterMs` and a random part of `jitterMs`. */
  | { readonly type: 'drain'; readonly afterMs: number; readonly jitterMs: number }
  /** A frame was refused that had no id to answer to. */
  | { readonly type: 'error'; readonly error: WireError }

const room = id<RoomId>(roomId)

/** A command or query that was refused by its check; it has an id, so it gets its own answer. */
export type RefusedInput = { readonly id: CommandId; readonly refused: WireError }

/** A client's frame as it is after its checks: one bad command of a frame does not spoil the others. */
export type CheckedFrame =
  | Exclude<ClientFrame, { type: 'do' | 'query' }>
  | { readonly type: 'do'; readonly commands: readonly (RoomCommand | OwnCommand | RefusedInput)[] }
  | { readonly type: 'query'; readonly id: CommandId; readonly query: Query }
  | ({ readonly type: 'refused_query' } & RefusedInput)

const anyId = id<CommandId>(commandId)

const commandOrRefusal: Check<RoomCommand | OwnCommand | RefusedInput> = (value) => {
  const checked = checkCommand(value)
  if (!(checked instanceof Refusal)) return checked
  const of = isRecord(value) ? anyId(value['id']) : checked
  return of instanceof Refusal ? checked : { id: of, refused: checked.toWireError() }
}

const queryFrame = object({ type: tag('query'), id: anyId, query: checkQuery })

const queryOrRefusal: Check<CheckedFrame> = (value) => {
  const checked = queryFrame(value)
  if (!(checked instanceof Refusal)) return checked
  const of = isRecord(value) ? anyId(value['id']) : checked
  return of instanceof Refusal ? checked : { type: 'refused_query', id: of, refused: checked.toWireError() }
}

export const checkClientFrame: Check<CheckedFrame> = tagged('type', {
  hello: object({ type: tag('hello') }, { token: text({ charsMax: 200 }), agent: text({ charsMax: 200 }) }),
  follow: object({ type: tag('follow'), room: nullable(room), rev: int<Rev>({ min: 0 }) }),
  unfollow: object({ type: tag('unfollow'), room }),
  do: object({
    type: tag('do'),
    commands: list(commandOrRefusal, { max: limits.commandsPerFrameMax, limit: 'commandsPerFrameMax' }),
  }),
  query: queryOrRefusal,
  typing: object({ type: tag('typing'), room }),
  watch: object({
    type: tag('watch'),
    users: list(id<UserId>(userId), { max: limits.watchedUsersMax, limit: 'watchedUsersMax' }),
  }),
  ping: object({ type: tag('ping') }),
  pong: object({ type: tag('pong') }),
} satisfies { [Type in ClientFrame['type']]: Check<CheckedFrame> })
