/**
 * The store: the only truth. Durable, transactional, and knowing nothing of why things change.
 *
 * A change is `load` (the facts, one snapshot) -> decide (pure, in chat/) -> `commit` (one transaction). Three kinds of
 * stream are counted: rooms, people (what is their own) and the server. A commit first advances each stream it touches
 * from the rev that was loaded; a stream that has moved meanwhile makes its unit stale, and the caller loads and decides
 * again. That compare-and-set is the fence against overlapping and paused workers.
 *
 * Rules S1-S24: store.conformance.ts. Adapter: sqlite.ts.
 */

import type { CommandId, InviteId, Rev, RoomId, Seq, SessionId, UserId } from '../protocol/ids.ts'
import type { HistoryPage, QueryOutputs } from '../protocol/queries.ts'
import type { MembershipRow, OwnRow, RoomRow, User } from '../protocol/rows.ts'
import type { Snapshot } from '../protocol/frames.ts'
import type {
  InviteRecord,
  MemberRecord,
  MessageRecord,
  OutcomeRecord,
  ReactionRecord,
  ResetRecord,
  RoomRecord,
  ServerRecord,
  SessionRecord,
  TokenRecord,
  UserRecord,
} from './records.ts'

/** One fact that a decision needs. */
export type Need =
  | { readonly need: 'room'; readonly room: RoomId }
  | { readonly need: 'direct'; readonly directKey: string }
  | { readonly need: 'member'; readonly room: RoomId; readonly user: UserId }
  /** Those who are members now; `limit` + 1 of them at most, so that the caller sees when there are more. */
  | { readonly need: 'members'; readonly room: RoomId; readonly limit: number }
  /** The newest 99 messages that mention the person, read or not, oldest first. */
  | { readonly need: 'mentions'; readonly room: RoomId; readonly user: UserId }
  | { readonly need: 'message'; readonly room: RoomId; readonly seq: Seq }
  | { readonly need: 'sent'; readonly room: RoomId; readonly author: UserId; readonly id: CommandId }
  | {
      readonly need: 'reaction'
      readonly room: RoomId
      readonly seq: Seq
      readonly emoji: string
      readonly user: UserId
    }
  /** How many different emoji a message carries. */
  | { readonly need: 'emojiCount'; readonly room: RoomId; readonly seq: Seq }
  | { readonly need: 'outcome'; readonly author: UserId; readonly id: CommandId }
  | { readonly need: 'user'; readonly user: UserId }
  | { readonly need: 'handle'; readonly handle: string }
  | { readonly need: 'session'; readonly session: SessionId }
  /** The sessions of a person that have not ended. */
  | { readonly need: 'sessionsOf'; readonly user: UserId }
  /** The tokens of a person that have not ended. */
  | { readonly need: 'tokensOf'; readonly user: UserId }
  | { readonly need: 'invite'; readonly invite: InviteId }
  | { readonly need: 'reset'; readonly reset: string }
  | { readonly need: 'server' }

/** The fact for each kind of need; null: there is none. */
export type FactOf = {
  readonly room: RoomRecord | null
  readonly direct: RoomRecord | null
  readonly member: MemberRecord | null
  readonly members: readonly MemberRecord[]
  readonly mentions: readonly Seq[]
  readonly message: MessageRecord | null
  readonly sent: MessageRecord | null
  readonly reaction: ReactionRecord | null
  readonly emojiCount: number
  readonly outcome: OutcomeRecord | null
  readonly user: UserRecord | null
  readonly handle: UserRecord | null
  readonly session: SessionRecord | null
  readonly sessionsOf: readonly SessionRecord[]
  readonly tokensOf: readonly TokenRecord[]
  readonly invite: InviteRecord | null
  readonly reset: ResetRecord | null
  readonly server: ServerRecord
}
export type Fact = FactOf[Need['need']]

/** What is counted by its own rev. */
export type Stream =
  | { readonly stream: 'room'; readonly room: RoomId }
  | { readonly stream: 'user'; readonly user: UserId }
  | { readonly stream: 'server' }

/** Advances a stream from the rev that was loaded. `from` 0 creates it: the unit also puts its record. */
export type Advance = Stream & { readonly from: Rev; readonly to: Rev; readonly lastSeq?: Seq }

/** Writes one whole record in place of the one with its key, if there is one. */
export type Put =
  /** All but `lastSeq` and `lastRev`, which `Advance` sets. */
  | { readonly put: 'room'; readonly record: RoomRecord }
  | { readonly put: 'member'; readonly record: MemberRecord }
  /** Moves a member's cursor from exactly `from` to `to`, or does nothing: it may have moved meanwhile. No rev changes. */
  | { readonly put: 'cursor'; readonly room: RoomId; readonly user: UserId; readonly from: Seq; readonly to: Seq }
  /**
   * A new message, with the next seq and rev; its author's id must be new in the room, and no outcome of theirs (a cancelled
   * send). `mentions`: members, without the author.
   */
  | { readonly put: 'message'; readonly record: MessageRecord; readonly mentions: readonly UserId[] }
  /** An edited or deleted message. */
  | { readonly put: 'changedMessage'; readonly record: MessageRecord; readonly mentions: readonly UserId[] }
  | { readonly put: 'reaction'; readonly record: ReactionRecord }
  /** All but `lastRev`. */
  | { readonly put: 'user'; readonly record: UserRecord }
  | { readonly put: 'session'; readonly record: SessionRecord }
  | { readonly put: 'token'; readonly record: TokenRecord }
  | { readonly put: 'invite'; readonly record: InviteRecord }
  | { readonly put: 'reset'; readonly record: ResetRecord }
  /** All but `lastRev` and `userCount`, which is counted. */
  | { readonly put: 'server'; readonly record: ServerRecord }
  /**
   * A new one. One that is there already makes the unit stale: a command that changes no stream has no other fence [G9]. So
   * does a message with its id in the room `unlessSent`, and an outcome makes the unit of a message with its id stale.
   */
  | { readonly put: 'outcome'; readonly record: OutcomeRecord; readonly unlessSent?: RoomId }

/** Changes that are committed together or not at all. Units of one commit advance different streams. */
export type Unit = {
  readonly advances: readonly Advance[]
  /** People whose profile must still be at this rev, or the unit is stale: they were decided on without being loaded. */
  readonly expects?: readonly { readonly user: UserId; readonly rev: Rev }[]
  readonly puts: readonly Put[]
}

export type Committed =
  | { readonly is: 'committed' }
  /** A stream was not at `from`: nothing of the unit was written. Load and decide again. */
  | { readonly is: 'stale' }
  /** The unit cannot be written as it is (a constraint, a value); its neighbours were. */
  | { readonly is: 'refused'; readonly reason: string }

export type ChangesPage<Row> = {
  /** By rev. State: a row that changed twice since is here once, with its last rev. */
  readonly rows: readonly Row[]
  /** Nothing up to here is missing. On the last page the head, from the same snapshot. */
  readonly through: Rev
  readonly isLast: boolean
}

/** What a reader may not see is as if it were not there. */
export type Denied = { readonly is: 'denied' }
export type Allowed<T> = ({ readonly is: 'allowed' } & T) | Denied

export type HistoryRange = { readonly limit: number } & (
  | { readonly before: Seq }
  | { readonly after: Seq }
  | { readonly around: Seq }
)

/** What a hello needs: who it is, and the first page of what they are a member of, from one snapshot. */
export type Welcome = {
  readonly user: User
  readonly session: SessionId
  /** Null for a personal token. */
  readonly expiresAtMs: number | null
  readonly server: { readonly name: string }
  readonly rev: Rev
  readonly rooms: readonly MembershipRow[]
  readonly isLast: boolean
}

export type Heads = {
  /** In the order they were asked for; 0: there is no such room or person. */
  readonly rooms: readonly { readonly lastRev: Rev; readonly lastSeq: Seq }[]
  readonly users: readonly Rev[]
  /** False: ended, expired, or its person deactivated. Tokens are asked for by their id, too. */
  readonly sessions: readonly boolean[]
}

export type Store = AsyncDisposable & {
  /** The facts in the order of the needs, from one snapshot, among it every commit that was answered before. */
  readonly load: (needs: readonly Need[]) => Promise<readonly Fact[]>
  /**
   * Writes the units in one transaction, and resolves when it is on stable storage [G1]. One answer a unit, in order.
   * Rejects when the whole commit failed; then it is unknown whether it was written: load again and look.
   */
  readonly commit: (units: readonly Unit[]) => Promise<readonly Committed[]>

  /** For the session or token with this hash, when it has not ended or expired at `nowMs` and its person is active. */
  readonly welcome: (by: {
    readonly tokenHash: string
    readonly nowMs: number
    readonly roomsMax: number
  }) => Promise<Welcome | null>
  /** The next page of a person's current memberships, by room id. */
  readonly memberships: (of: { readonly user: UserId; readonly after: RoomId; readonly limit: number }) => Promise<{
    readonly rooms: readonly MembershipRow[]
    readonly isLast: boolean
  }>
  /** What a room's member would see now [G4]. */
  readonly snapshot: (of: {
    readonly room: RoomId
    readonly viewer: UserId
    readonly messages: number
    readonly members: number
  }) => Promise<Allowed<{ readonly snapshot: Snapshot }>>
  /**
   * Changes of a room after a rev. `viewer` null: the server itself asks. `isTooFar`: more than `tooFarRows` revs behind,
   * nothing was read, take a snapshot. A rev beyond the room's head is answered as too far, too: that log is not this one.
   */
  readonly changes: (of: {
    readonly room: RoomId
    readonly viewer: UserId | null
    readonly after: Rev
    readonly limit: number
    readonly tooFarRows: number
  }) => Promise<Allowed<{ readonly isTooFar: true } | ({ readonly isTooFar: false } & ChangesPage<RoomRow>)>>
  /** The same for a person's own rows, which have no snapshot but `welcome`. */
  readonly ownChanges: (of: {
    readonly user: UserId
    readonly after: Rev
    readonly limit: number
  }) => Promise<ChangesPage<OwnRow>>
  readonly history: (of: {
    readonly room: RoomId
    readonly viewer: UserId
    readonly range: HistoryRange
  }) => Promise<Allowed<{ readonly page: HistoryPage }>>
  /** The members now, by user id. */
  readonly members: (of: {
    readonly room: RoomId
    readonly viewer: UserId
    readonly after: UserId | null
    readonly limit: number
  }) => Promise<Allowed<QueryOutputs['members']>>
  readonly users: (ids: readonly UserId[]) => Promise<readonly User[]>
  readonly people: (of: { readonly after: UserId | null; readonly limit: number }) => Promise<QueryOutputs['people']>
  readonly publicRooms: (of: {
    readonly viewer: UserId
    readonly after: RoomId | null
    readonly limit: number
  }) => Promise<QueryOutputs['publicRooms']>
  /** The invites that can still be used. */
  readonly invites: (of: {
    readonly nowMs: number
    readonly createdBy: UserId | null
  }) => Promise<readonly InviteRecord[]>
  /** The last revs of many streams in one round trip: the head check. */
  readonly heads: (of: {
    readonly rooms: readonly RoomId[]
    readonly users: readonly UserId[]
    readonly sessions: readonly SessionId[]
    readonly nowMs: number
  }) => Promise<Heads>
  /** Notes that sessions were used; not urgent, not counted by any rev. */
  readonly seen: (of: { readonly sessions: readonly SessionId[]; readonly atMs: number }) => Promise<void>
  /** Forgets outcomes older than this that are not kept for ever; at most `limit`, and says how many. */
  readonly forgetOutcomes: (of: { readonly beforeMs: number; readonly limit: number }) => Promise<number>
}
