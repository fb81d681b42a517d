/** What a room's readers see. Whoever is not a member now is denied, whatever they were before. */

import type { DatabaseSync } from 'node:sqlite'
import type { Rev, RoomId, Seq, UserId } from '../../protocol/ids.ts'
import type { MemberRow, MessageRow, ReactionRow, RoomRow } from '../../protocol/rows.ts'
import type { RoomRecord } from '../records.ts'
import type { Denied, HistoryRange } from '../store.ts'
import type { Arguments, Handlers } from './calls.ts'
import { columns, settingsOf, toMemberRow, toReactionRow } from './records.ts'
import { pageOf, query } from './statements.ts'

const denied: Denied = { is: 'denied' }
const byRev = (a: { readonly rev: Rev }, b: { readonly rev: Rev }): number => a.rev - b.rev

export function roomReading(db: DatabaseSync): Handlers<'snapshot' | 'changes' | 'history' | 'members'> {
  const queries = roomQueries(db)
  return {
    snapshot({ room, viewer, messages: limit, members }) {
      const found = visible(queries, room, viewer)
      if (found === null) return denied
      const messages = queries.newest.all(room, limit).toReversed()
      return {
        is: 'allowed',
        snapshot: {
          room,
          rev: found.lastRev,
          lastSeq: found.lastSeq,
          settings: settingsOf(found),
          memberCount: found.memberCount,
          members: queries.members.all(room, '', members).map(toMemberRow),
          messages,
          reactions: reactionsOn(queries, room, messages),
        },
      }
    },
    history({ room, viewer, range }) {
      const found = visible(queries, room, viewer)
      if (found === null) return denied
      const messages = messagesIn(queries, room, range)
      const reactions = reactionsOn(queries, room, messages)
      return { is: 'allowed', page: { messages, reactions, lastSeq: found.lastSeq, lastRev: found.lastRev } }
    },
    members({ room, viewer, after, limit }) {
      if (visible(queries, room, viewer) === null) return denied
      const { page, isLast } = pageOf(queries.members.all(room, after ?? '', limit + 1), limit)
      return { is: 'allowed', members: page.map(toMemberRow), isLast }
    },
    changes(of) {
      const found = of.viewer === null ? queries.room.one(of.room) : visible(queries, of.room, of.viewer)
      return found === null ? denied : changesOf(queries, found, of)
    },
  }
}

type Queries = ReturnType<typeof roomQueries>

function roomQueries(db: DatabaseSync) {
  return {
    room: query<RoomRecord>(db, `select ${columns.room} from rooms where room_id = ?`),
    member: query<{ found: number }>(
      db,
      `select 1 as found from members where room_id = ? and user_id = ? and is_member = 1`,
    ),
    members: query<MemberRow>(
      db,
      `select ${columns.memberRow} from members where room_id = ? and user_id > ? and is_member = 1
       order by user_id limit ?`,
    ),
    newest: query<MessageRow>(
      db,
      `select ${columns.messageRow} from messages where room_id = ? order by seq desc limit ?`,
    ),
    before: query<MessageRow>(
      db,
      `select ${columns.messageRow} from messages where room_id = ? and seq < ? order by seq desc limit ?`,
    ),
    after: query<MessageRow>(
      db,
      `select ${columns.messageRow} from messages where room_id = ? and seq > ? order by seq limit ?`,
    ),
    between: query<MessageRow>(
      db,
      `select ${columns.messageRow} from messages where room_id = ? and seq >= ? and seq < ? order by seq`,
    ),
    reactionsBetween: query<ReactionRow>(
      db,
      `select ${columns.reactionRow} from reactions where room_id = ? and seq between ? and ? and is_on = 1`,
    ),
    sentSince: query<MessageRow>(
      db,
      `select ${columns.messageRow} from messages
       where room_id = ? and seq > ? and rev > ? and rev = sent_rev order by seq limit ?`,
    ),
    changedSince: query<MessageRow>(
      db,
      `select ${columns.messageRow} from messages
       where room_id = ? and rev > ? and rev <> sent_rev order by rev limit ?`,
    ),
    reactionsSince: query<ReactionRow>(
      db,
      `select ${columns.reactionRow} from reactions where room_id = ? and rev > ? order by rev limit ?`,
    ),
    membersSince: query<MemberRow>(
      db,
      `select ${columns.memberRow} from members where room_id = ? and rev > ? order by rev limit ?`,
    ),
  }
}

/** The room, when the viewer is a member of it now. */
function visible(queries: Queries, room: RoomId, viewer: UserId) {
  return queries.member.one(room, viewer) === null ? null : queries.room.one(room)
}

function messagesIn(queries: Queries, room: RoomId, range: HistoryRange): readonly MessageRow[] {
  const { limit } = range
  if ('before' in range) return queries.before.all(room, range.before, limit).toReversed()
  if ('after' in range) return queries.after.all(room, range.after, limit)
  const from = range.around - Math.floor(limit / 2)
  return queries.between.all(room, from, from + limit)
}

/** Of dense messages. What was put on a message before it was deleted is nobody's to see. */
function reactionsOn(queries: Queries, room: RoomId, messages: readonly MessageRow[]): readonly ReactionRow[] {
  const [first, last] = [messages[0], messages.at(-1)]
  if (first === undefined || last === undefined) return []
  const deleted = new Set<Seq>()
  for (const { seq, body } of messages) if (body === null) deleted.add(seq)
  return queries.reactionsBetween
    .all(room, first.seq, last.seq)
    .filter(({ seq }) => !deleted.has(seq))
    .map(toReactionRow)
}

/**
 * One merged range by rev. Messages that were only sent have no index by rev: each took one, so as many revs ago at most
 * as many were sent, and among them the order of seq is that of rev.
 */
function changesOf(queries: Queries, room: RoomRecord, of: Arguments['changes']) {
  const { after, limit } = of
  const behind = room.lastRev - after
  if (behind < 0 || behind > of.tooFarRows) return { is: 'allowed', isTooFar: true } as const
  if (behind === 0) return { is: 'allowed', isTooFar: false, rows: [], through: room.lastRev, isLast: true } as const
  const id = room.room
  const merged: RoomRow[] = [
    ...queries.sentSince.all(id, room.lastSeq - behind, after, limit + 1),
    ...queries.changedSince.all(id, after, limit + 1),
    ...queries.reactionsSince.all(id, after, limit + 1).map(toReactionRow),
    ...queries.membersSince.all(id, after, limit + 1).map(toMemberRow),
    ...(room.rev > after ? [settingsOf(room)] : []),
  ]
  const { page: rows, isLast } = pageOf(merged.toSorted(byRev), limit)
  const through = isLast ? room.lastRev : (rows.at(-1)?.rev ?? after)
  return { is: 'allowed', isTooFar: false, rows, through, isLast } as const
}
