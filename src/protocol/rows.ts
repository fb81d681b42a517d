/**
 * What changes: rows. A room's rows are its messages, reactions, members and settings; a person's own rows are
 * memberships with read cursors, profile and sessions. A row is state, not an event: applying one twice is harmless, and
 * one with a rev older than the row that a reader holds is to be ignored.
 */

import type { CommandId, Rev, RoomId, Seq, SessionId, UserId } from './ids.ts'

export type MessageRow = {
  readonly kind: 'message'
  readonly rev: Rev
  readonly seq: Seq
  /** The id its author's client gave it; unique with the author in the room, for ever [G2]. */
  readonly id: CommandId
  readonly author: UserId
  readonly sentAtMs: number
  /** As written, NFC. Null: deleted; its seq stays. */
  readonly body: string | null
  readonly replyTo: Seq | null
  readonly editedAtMs: number | null
}

export type ReactionRow = {
  readonly kind: 'reaction'
  readonly rev: Rev
  readonly seq: Seq
  readonly emoji: string
  readonly user: UserId
  readonly isOn: boolean
}

export type MemberRole = 'owner' | 'member'

export type MemberRow = {
  readonly kind: 'member'
  readonly rev: Rev
  readonly user: UserId
  /** False: left or removed. */
  readonly isMember: boolean
  readonly role: MemberRole
}

export type Visibility = 'public' | 'private' | 'direct'

export type SettingsRow = {
  readonly kind: 'settings'
  readonly rev: Rev
  /** Empty for a direct room: its name is its members. */
  readonly name: string
  readonly topic: string
  readonly visibility: Visibility
}

export type RoomRow = MessageRow | ReactionRow | MemberRow | SettingsRow

/** A room as its member sees it in the list. `lastSeq` and `lastRev` are from the moment it was read; keep the larger. */
export type RoomSummary = {
  readonly id: RoomId
  readonly name: string
  readonly topic: string
  readonly visibility: Visibility
  readonly lastSeq: Seq
  readonly lastRev: Rev
  /** The other members of a direct room; empty for the other kinds. */
  readonly others: readonly UserId[]
}

export type MembershipRow = {
  readonly kind: 'membership'
  readonly rev: Rev
  readonly room: RoomSummary
  readonly isMember: boolean
  readonly role: MemberRole
  /** Read up to here, within `readEpoch`. Unread = the messages behind it. */
  readonly readSeq: Seq
  readonly readEpoch: number
  /** The newest messages behind `readSeq` that mention me, at most 99, oldest first. */
  readonly mentions: readonly Seq[]
}

export type UserRole = 'owner' | 'member'

export type User = {
  readonly id: UserId
  /** What one signs in with and is mentioned by; lower case, unique. */
  readonly handle: string
  /** What is shown. */
  readonly name: string
  readonly role: UserRole
  readonly isActive: boolean
}

export type ProfileRow = { readonly kind: 'profile'; readonly rev: Rev; readonly user: User }

export type SessionRow = {
  readonly kind: 'session'
  readonly rev: Rev
  readonly session: SessionId
  /** What the browser or program calls itself. */
  readonly agent: string
  readonly startedAtMs: number
  readonly seenAtMs: number
  readonly isEnded: boolean
}

/** What is a person's own. Every one of their sockets follows it. */
export type OwnRow = MembershipRow | ProfileRow | SessionRow
