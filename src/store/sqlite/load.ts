/** Facts for decisions: each need is one or two lookups by a key. */

import type { DatabaseSync } from 'node:sqlite'
import type { Seq } from '../../protocol/ids.ts'
import { unreachable } from '../../unreachable.ts'
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
} from '../records.ts'
import type { Fact, Need } from '../store.ts'
import type { Handlers } from './calls.ts'
import {
  columns,
  toMember,
  toOutcome,
  toReaction,
  toReset,
  toServer,
  toSession,
  toToken,
  toUserRecord,
} from './records.ts'
import { type Query, type Raw, query } from './statements.ts'

export function loading(db: DatabaseSync): Handlers<'load'> {
  const queries = loadQueries(db)
  return { load: (needs) => needs.map((need) => factFor(queries, need)) }
}

type Queries = ReturnType<typeof loadQueries>

function loadQueries(db: DatabaseSync) {
  return {
    room: query<RoomRecord>(db, `select ${columns.room} from rooms where room_id = ?`),
    direct: query<RoomRecord>(db, `select ${columns.room} from rooms where direct_key = ?`),
    member: query<MemberRecord>(db, `select ${columns.member} from members where room_id = ? and user_id = ?`),
    members: query<MemberRecord>(
      db,
      `select ${columns.member} from members where room_id = ? and is_member = 1 order by user_id limit ?`,
    ),
    mentions: query<{ seq: Seq }>(
      db,
      `select seq from mentions where room_id = ? and user_id = ? order by seq desc limit 99`,
    ),
    message: query<MessageRecord>(db, `select ${columns.message} from messages where room_id = ? and seq = ?`),
    sent: query<MessageRecord>(
      db,
      `select ${columns.message} from messages where room_id = ? and author = ? and id = ?`,
    ),
    reaction: query<ReactionRecord>(
      db,
      `select ${columns.reaction} from reactions where room_id = ? and seq = ? and emoji = ? and user_id = ?`,
    ),
    emojiCount: query<{ count: number }>(
      db,
      `select count(distinct emoji) as count from reactions where room_id = ? and seq = ? and is_on = 1`,
    ),
    outcome: query<OutcomeRecord>(db, `select ${columns.outcome} from outcomes where author = ? and id = ?`),
    user: query<UserRecord>(db, `select ${columns.user} from users where user_id = ?`),
    handle: query<UserRecord>(db, `select ${columns.user} from users where handle = ?`),
    session: query<SessionRecord>(db, `select ${columns.session} from sessions where session_id = ?`),
    sessionsOf: query<SessionRecord>(
      db,
      `select ${columns.session} from sessions where user_id = ? and is_ended = 0 order by started_at_ms, session_id`,
    ),
    tokensOf: query<TokenRecord>(
      db,
      `select ${columns.token} from tokens where user_id = ? and is_ended = 0 order by created_at_ms, token_id`,
    ),
    invite: query<InviteRecord>(db, `select ${columns.invite} from invites where invite_id = ?`),
    reset: query<ResetRecord>(db, `select ${columns.reset} from resets where reset_id = ?`),
    server: query<ServerRecord>(db, `select ${columns.server} from server`),
  }
}

function factFor(queries: Queries, need: Need): Fact {
  switch (need.need) {
    case 'room':
      return queries.room.one(need.room)
    case 'direct':
      return queries.direct.one(need.directKey)
    case 'member':
      return made(toMember, queries.member.one(need.room, need.user))
    case 'members':
      return queries.members.all(need.room, need.limit + 1).map(toMember)
    case 'mentions':
      return queries.mentions
        .all(need.room, need.user)
        .map(({ seq }) => seq)
        .toReversed()
    case 'message':
      return queries.message.one(need.room, need.seq)
    case 'sent':
      return queries.sent.one(need.room, need.author, need.id)
    case 'reaction':
      return made(toReaction, queries.reaction.one(need.room, need.seq, need.emoji, need.user))
    case 'emojiCount':
      return queries.emojiCount.one(need.room, need.seq)?.count ?? 0
    case 'outcome':
      return made(toOutcome, queries.outcome.one(need.author, need.id))
    case 'user':
      return made(toUserRecord, queries.user.one(need.user))
    case 'handle':
      return made(toUserRecord, queries.handle.one(need.handle))
    case 'session':
      return made(toSession, queries.session.one(need.session))
    case 'sessionsOf':
      return queries.sessionsOf.all(need.user).map(toSession)
    case 'tokensOf':
      return queries.tokensOf.all(need.user).map(toToken)
    case 'invite':
      return queries.invite.one(need.invite)
    case 'reset':
      return made(toReset, queries.reset.one(need.reset))
    case 'server':
      return serverOf(queries.server)
    default:
      return unreachable(need)
  }
}

function made<Row>(to: (row: Raw<Row>) => Row, row: Raw<Row> | null): Row | null {
  return row === null ? null : to(row)
}

/** The server's one row, which the first migration wrote. */
function serverOf(server: Query<ServerRecord>): ServerRecord {
  const row = server.one()
  if (row === null) throw new Error('the server row is missing')
  return toServer(row)
}
