/** The tables' columns, named as the records' properties, and rows made records and protocol rows. */

import { type UserId, userId } from '../../protocol/ids.ts'
import type { MemberRow, ReactionRow, SessionRow, SettingsRow, User } from '../../protocol/rows.ts'
import type {
  MemberRecord,
  OutcomeRecord,
  ReactionRecord,
  ResetRecord,
  RoomRecord,
  ServerRecord,
  SessionRecord,
  TokenRecord,
  UserRecord,
} from '../records.ts'
import type { Raw } from './statements.ts'

export const columns = {
  room: `room_id as room, name, topic, visibility, direct_key as directKey, created_at_ms as createdAtMs,
    last_seq as lastSeq, last_rev as lastRev, rev, member_count as memberCount`,
  member: `room_id as room, user_id as user, is_member as isMember, role, rev, own_rev as ownRev,
    joined_seq as joinedSeq, read_seq as readSeq, read_epoch as readEpoch`,
  message: `room_id as room, seq, rev, author, id, body, reply_to as replyTo, sent_at_ms as sentAtMs,
    edited_at_ms as editedAtMs, fingerprint`,
  reaction: `room_id as room, seq, emoji, user_id as user, is_on as isOn, rev`,
  outcome: `author, id, cmd, fingerprint, outcome, at_ms as atMs, is_for_ever as isForEver`,
  user: `user_id as user, handle, name, role, is_active as isActive, password_hash as passwordHash,
    created_at_ms as createdAtMs, last_rev as lastRev, rev`,
  session: `session_id as session, user_id as user, token_hash as tokenHash, agent, started_at_ms as startedAtMs,
    seen_at_ms as seenAtMs, expires_at_ms as expiresAtMs, is_ended as isEnded, own_rev as ownRev`,
  token: `token_id as token, user_id as user, token_hash as tokenHash, name, created_at_ms as createdAtMs,
    is_ended as isEnded`,
  invite: `invite_id as invite, created_by as createdBy, room_id as room, uses_left as usesLeft,
    created_at_ms as createdAtMs, expires_at_ms as expiresAtMs`,
  reset: `reset_id as reset, user_id as user, expires_at_ms as expiresAtMs, is_used as isUsed`,
  server: `name, open_sign_up as openSignUp, (select count(*) from users) as userCount, last_rev as lastRev`,
  /** What readers get. */
  messageRow: `'message' as kind, rev, seq, id, author, sent_at_ms as sentAtMs, body, reply_to as replyTo,
    edited_at_ms as editedAtMs`,
  reactionRow: `'reaction' as kind, rev, seq, emoji, user_id as user, is_on as isOn`,
  memberRow: `'member' as kind, rev, user_id as user, is_member as isMember, role`,
  sessionRow: `'session' as kind, own_rev as rev, session_id as session, agent, started_at_ms as startedAtMs,
    seen_at_ms as seenAtMs, is_ended as isEnded`,
  publicUser: `user_id as id, handle, name, role, is_active as isActive`,
} as const

export const toMember = (row: Raw<MemberRecord>): MemberRecord => ({ ...row, isMember: row.isMember === 1 })
export const toReaction = (row: Raw<ReactionRecord>): ReactionRecord => ({ ...row, isOn: row.isOn === 1 })
export const toOutcome = (row: Raw<OutcomeRecord>): OutcomeRecord => ({ ...row, isForEver: row.isForEver === 1 })
export const toUserRecord = (row: Raw<UserRecord>): UserRecord => ({ ...row, isActive: row.isActive === 1 })
export const toSession = (row: Raw<SessionRecord>): SessionRecord => ({ ...row, isEnded: row.isEnded === 1 })
export const toToken = (row: Raw<TokenRecord>): TokenRecord => ({ ...row, isEnded: row.isEnded === 1 })
export const toReset = (row: Raw<ResetRecord>): ResetRecord => ({ ...row, isUsed: row.isUsed === 1 })
export const toServer = (row: Raw<ServerRecord>): ServerRecord => ({ ...row, openSignUp: row.openSignUp === 1 })
export const toUser = (row: Raw<User>): User => ({ ...row, isActive: row.isActive === 1 })
export const toReactionRow = (row: Raw<ReactionRow>): ReactionRow => ({ ...row, isOn: row.isOn === 1 })
export const toMemberRow = (row: Raw<MemberRow>): MemberRow => ({ ...row, isMember: row.isMember === 1 })
export const toSessionRow = (row: Raw<SessionRow>): SessionRow => ({ ...row, isEnded: row.isEnded === 1 })

export function settingsOf({ rev, name, topic, visibility }: Raw<RoomRecord>): SettingsRow {
  return { kind: 'settings', rev, name, topic, visibility }
}

/** The others of a direct room: all whom it was opened for. They do not leave one. */
export function othersIn(directKey: string | null, user: UserId): readonly UserId[] {
  if (directKey === null) return []
  return directKey
    .split(' ')
    .filter((id) => id !== user)
    .map(userId)
}
