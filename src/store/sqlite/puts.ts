/** Writes one record: a statement or two for each kind of put. */

import type { DatabaseSync } from 'node:sqlite'
import type { RoomId, Seq, UserId } from '../../protocol/ids.ts'
import { unreachable } from '../../unreachable.ts'
import type { MemberRecord, MessageRecord, RoomRecord, SessionRecord, UserRecord } from '../records.ts'
import type { Put } from '../store.ts'
import { change } from './statements.ts'

/** Thrown when a unit cannot be written; its neighbours can. */
export class Refusal extends Error {}

/** Thrown when somebody else has written meanwhile what this unit would write: load and decide again. */
export class Overtaken extends Error {}

export function putting(db: DatabaseSync): (put: Put) => void {
  const changes = putChanges(db)
  return (put) => write(changes, put)
}

type Changes = ReturnType<typeof putChanges>

function putChanges(db: DatabaseSync) {
  return {
    room: upsert(
      db,
      'rooms',
      ['room_id'],
      ['name', 'topic', 'visibility', 'direct_key', 'created_at_ms', 'rev', 'member_count'],
      ['last_seq', 'last_rev'],
    ),
    member: upsert(
      db,
      'members',
      ['room_id', 'user_id'],
      ['is_member', 'role', 'rev', 'own_rev', 'joined_seq', 'read_seq', 'read_epoch'],
    ),
    cursor: change(db, `update members set read_seq = ? where room_id = ? and user_id = ? and read_seq = ?`),
    message: change(
      db,
      `insert into messages
         (room_id, seq, rev, sent_rev, author, id, body, reply_to, sent_at_ms, edited_at_ms, fingerprint)
       select ?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
       where not exists (select 1 from outcomes where author = ?4 and id = ?5)`,
    ),
    changedMessage: change(db, `update messages set rev = ?, body = ?, edited_at_ms = ? where room_id = ? and seq = ?`),
    mention: change(db, `insert into mentions (user_id, room_id, seq) values (?, ?, ?)`),
    forgetMentions: change(db, `delete from mentions where room_id = ? and seq = ?`),
    reaction: upsert(db, 'reactions', ['room_id', 'seq', 'emoji', 'user_id'], ['is_on', 'rev']),
    user: upsert(
      db,
      'users',
      ['user_id'],
      ['handle', 'name', 'role', 'is_active', 'password_hash', 'created_at_ms', 'rev'],
      ['last_rev'],
    ),
    session: upsert(
      db,
      'sessions',
      ['session_id'],
      ['user_id', 'token_hash', 'agent', 'started_at_ms', 'seen_at_ms', 'expires_at_ms', 'is_ended', 'own_rev'],
    ),
    token: upsert(db, 'tokens', ['token_id'], ['user_id', 'token_hash', 'name', 'created_at_ms', 'is_ended']),
    invite: upsert(
      db,
      'invites',
      ['invite_id'],
      ['created_by', 'room_id', 'uses_left', 'created_at_ms', 'expires_at_ms'],
    ),
    reset: upsert(db, 'resets', ['reset_id'], ['user_id', 'expires_at_ms', 'is_used']),
    server: change(db, `update server set name = ?, open_sign_up = ?`),
    outcome: change(
      db,
      `insert into outcomes (author, id, cmd, fingerprint, outcome, at_ms, is_for_ever)
       select ?1, ?2, ?3, ?4, ?5, ?6, ?7
       where not exists (select 1 from messages where room_id = ?8 and author = ?1 and id = ?2)
       on conflict do nothing`,
    ),
  }
}

/** Inserts a row or replaces its columns. `zeros` start at 0 and are left alone after that: `Advance` sets them. */
function upsert(
  db: DatabaseSync,
  table: string,
  key: readonly string[],
  columns: readonly string[],
  zeros: readonly string[] = [],
): ReturnType<typeof change> {
  const given = [...key, ...columns]
  return change(
    db,
    `insert into ${table} (${[...given, ...zeros].join(', ')})
     values (${[...given.map(() => '?'), ...zeros.map(() => '0')].join(', ')})
     on conflict (${key.join(', ')}) do update set ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}`,
  )
}

function write(changes: Changes, put: Put): void {
  switch (put.put) {
    case 'message':
      return writeMessage(changes, put.record, put.mentions)
    case 'member':
      return writeMember(changes, put.record)
    case 'cursor':
      return void changes.cursor(put.to, put.room, put.user, put.from)
    case 'outcome': {
      const { author, id, cmd, fingerprint, outcome, atMs, isForEver } = put.record
      const room = put.unlessSent ?? null
      const isNew = changes.outcome(author, id, cmd, fingerprint, outcome, atMs, Number(isForEver), room) === 1
      if (!isNew) throw new Overtaken(`${author} has an outcome of ${id}`)
      return
    }
    case 'changedMessage':
      return rewriteMessage(changes, put.record, put.mentions)
    case 'reaction': {
      const { room, seq, emoji, user, isOn, rev } = put.record
      return void changes.reaction(room, seq, emoji, user, Number(isOn), rev)
    }
    case 'room':
      return writeRoom(changes, put.record)
    case 'user':
      return writeUser(changes, put.record)
    case 'session':
      return writeSession(changes, put.record)
    case 'token': {
      const { token, user, tokenHash, name, createdAtMs, isEnded } = put.record
      return void changes.token(token, user, tokenHash, name, createdAtMs, Number(isEnded))
    }
    case 'invite': {
      const { invite, createdBy, room, usesLeft, createdAtMs, expiresAtMs } = put.record
      return void changes.invite(invite, createdBy, room, usesLeft, createdAtMs, expiresAtMs)
    }
    case 'reset': {
      const { reset, user, expiresAtMs, isUsed } = put.record
      return void changes.reset(reset, user, expiresAtMs, Number(isUsed))
    }
    case 'server':
      return void changes.server(put.record.name, Number(put.record.openSignUp))
    default:
      return unreachable(put)
  }
}

function writeMessage(changes: Changes, record: MessageRecord, mentions: readonly UserId[]): void {
  const { room, seq, rev, author, id, body, replyTo, sentAtMs, editedAtMs, fingerprint } = record
  if (changes.message(room, seq, rev, author, id, body, replyTo, sentAtMs, editedAtMs, fingerprint) === 0)
    throw new Overtaken(`the id of message ${room} ${seq} has an outcome`)
  if (body !== null) writeMentions(changes, { room, seq, mentions })
}

function rewriteMessage(changes: Changes, record: MessageRecord, mentions: readonly UserId[]): void {
  const { room, seq, rev, body, editedAtMs } = record
  if (changes.changedMessage(rev, body, editedAtMs, room, seq) === 0) throw new Refusal(`no message ${room} ${seq}`)
  changes.forgetMentions(room, seq)
  if (body !== null) writeMentions(changes, { room, seq, mentions })
}

function writeMentions(changes: Changes, of: { room: RoomId; seq: Seq; mentions: readonly UserId[] }): void {
  for (const user of of.mentions) changes.mention(user, of.room, of.seq)
}

function writeMember(changes: Changes, record: MemberRecord): void {
  const { room, user, isMember, role, rev, ownRev, joinedSeq, readSeq, readEpoch } = record
  changes.member(room, user, Number(isMember), role, rev, ownRev, joinedSeq, readSeq, readEpoch)
}

function writeRoom(changes: Changes, record: RoomRecord): void {
  const { room, name, topic, visibility, directKey, createdAtMs, rev, memberCount } = record
  changes.room(room, name, topic, visibility, directKey, createdAtMs, rev, memberCount)
}

function writeUser(changes: Changes, record: UserRecord): void {
  const { user, handle, name, role, isActive, passwordHash, createdAtMs, rev } = record
  changes.user(user, handle, name, role, Number(isActive), passwordHash, createdAtMs, rev)
}

function writeSession(changes: Changes, record: SessionRecord): void {
  const { session, user, tokenHash, agent, startedAtMs, seenAtMs, expiresAtMs, isEnded, ownRev } = record
  changes.session(session, user, tokenHash, agent, startedAtMs, seenAtMs, expiresAtMs, Number(isEnded), ownRev)
}
