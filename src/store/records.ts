/** What the store keeps, one type a table. Decisions (chat/) read and write records; readers get protocol rows. */

import type { CommandId, InviteId, Rev, RoomId, Seq, SessionId, TokenId, UserId } from '../protocol/ids.ts'
import type { MemberRole, UserRole, Visibility } from '../protocol/rows.ts'

export type RoomRecord = {
  readonly room: RoomId
  readonly name: string
  readonly topic: string
  readonly visibility: Visibility
  /** The sorted member ids of a direct room, joined by a space: unique. Null for the other kinds. */
  readonly directKey: string | null
  readonly createdAtMs: number
  readonly lastSeq: Seq
  readonly lastRev: Rev
  /** The rev of the last change of name, topic or visibility. */
  readonly rev: Rev
  readonly memberCount: number
}

export type MemberRecord = {
  readonly room: RoomId
  readonly user: UserId
  readonly isMember: boolean
  readonly role: MemberRole
  /** The room's rev of the last change of `isMember` or `role`. */
  readonly rev: Rev
  /** The person's own rev of the last change of anything here. */
  readonly ownRev: Rev
  readonly joinedSeq: Seq
  readonly readSeq: Seq
  readonly readEpoch: number
}

export type MessageRecord = {
  readonly room: RoomId
  readonly seq: Seq
  readonly rev: Rev
  readonly author: UserId
  readonly id: CommandId
  /** Null: deleted. */
  readonly body: string | null
  readonly replyTo: Seq | null
  readonly sentAtMs: number
  readonly editedAtMs: number | null
  /** Of the send command, to tell a retry from another message with the same id [G2]. */
  readonly fingerprint: string
}

export type ReactionRecord = {
  readonly room: RoomId
  readonly seq: Seq
  readonly emoji: string
  readonly user: UserId
  readonly isOn: boolean
  readonly rev: Rev
}

export type UserRecord = {
  readonly user: UserId
  readonly handle: string
  readonly name: string
  readonly role: UserRole
  readonly isActive: boolean
  /** A PHC string. Null: nobody can sign in with a password. */
  readonly passwordHash: string | null
  readonly createdAtMs: number
  /** The last rev of the person's own rows. */
  readonly lastRev: Rev
  /** The rev of the last change of the profile. */
  readonly rev: Rev
}

export type SessionRecord = {
  readonly session: SessionId
  readonly user: UserId
  /** SHA-256 of the token, base64url. */
  readonly tokenHash: string
  readonly agent: string
  readonly startedAtMs: number
  readonly seenAtMs: number
  readonly expiresAtMs: number
  readonly isEnded: boolean
  readonly ownRev: Rev
}

/** A personal token, for programs. Known by its hash, like a session, and never expires by itself. */
export type TokenRecord = {
  readonly token: TokenId
  readonly user: UserId
  readonly tokenHash: string
  readonly name: string
  readonly createdAtMs: number
  readonly isEnded: boolean
}

/** The secret of an invite or a reset is made from its id with the server's key: it is nowhere in the database. */
export type InviteRecord = {
  readonly invite: InviteId
  readonly createdBy: UserId
  readonly room: RoomId | null
  readonly usesLeft: number
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

export type ResetRecord = {
  readonly reset: string
  readonly user: UserId
  readonly expiresAtMs: number
  readonly isUsed: boolean
}

/** What became of a command, kept for `outcomeKeptMs` [G9]. For a send the message row is the outcome. */
export type OutcomeRecord = {
  readonly author: UserId
  readonly id: CommandId
  readonly cmd: string
  readonly fingerprint: string
  /** JSON: `{"ok": …}` or `{"error": …}`. */
  readonly outcome: string
  readonly atMs: number
  /** Cancelled sends are kept for ever: they must never appear [G5]. */
  readonly isForEver: boolean
}

export type ServerRecord = {
  readonly name: string
  readonly openSignUp: boolean
  readonly userCount: number
  readonly lastRev: Rev
}
