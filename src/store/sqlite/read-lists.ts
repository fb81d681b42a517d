/** Lists that belong to no one room or person, and the heads of many streams. */

import type { DatabaseSync } from 'node:sqlite'
import { type Rev, type Seq, rev, seq } from '../../protocol/ids.ts'
import type { RoomSummary, User } from '../../protocol/rows.ts'
import type { InviteRecord } from '../records.ts'
import type { Handlers } from './calls.ts'
import { columns, toUser } from './records.ts'
import { pageOf, query } from './statements.ts'

type PublicRoom = Omit<RoomSummary, 'others'> & { readonly isMember: boolean; readonly memberCount: number }

export function listReading(db: DatabaseSync): Handlers<'users' | 'people' | 'publicRooms' | 'invites'> {
  const user = query<User>(db, `select ${columns.publicUser} from users where user_id = ?`)
  const people = query<User>(db, `select ${columns.publicUser} from users where user_id > ? order by user_id limit ?`)
  const publicRooms = query<PublicRoom>(
    db,
    `select r.room_id as id, r.name, r.topic, r.visibility, r.last_seq as lastSeq, r.last_rev as lastRev,
       r.member_count as memberCount, coalesce(m.is_member, 0) as isMember
     from rooms r left join members m on m.room_id = r.room_id and m.user_id = ?
     where r.visibility = 'public' and r.room_id > ? order by r.room_id limit ?`,
  )
  const invites = query<InviteRecord>(
    db,
    `select ${columns.invite} from invites
     where uses_left > 0 and expires_at_ms > ?1 and (?2 is null or created_by = ?2) order by created_at_ms, invite_id`,
  )
  return {
    users: (ids) =>
      ids.flatMap((id) => {
        const row = user.one(id)
        return row === null ? [] : [toUser(row)]
      }),
    people({ after, limit }) {
      const { page, isLast } = pageOf(people.all(after ?? '', limit + 1), limit)
      return { users: page.map(toUser), isLast }
    },
    publicRooms({ viewer, after, limit }) {
      const { page, isLast } = pageOf(publicRooms.all(viewer, after ?? '', limit + 1), limit)
      return { rooms: page.map((row) => ({ ...row, isMember: row.isMember === 1, others: [] })), isLast }
    },
    invites: ({ nowMs, createdBy }) => invites.all(nowMs, createdBy),
  }
}

export function headReading(db: DatabaseSync): Handlers<'heads'> {
  const room = query<{ lastRev: Rev; lastSeq: Seq }>(
    db,
    `select last_rev as lastRev, last_seq as lastSeq from rooms where room_id = ?`,
  )
  const user = query<{ lastRev: Rev }>(db, `select last_rev as lastRev from users where user_id = ?`)
  const session = query<{ found: number }>(
    db,
    `select 1 as found from sessions s join users u on u.user_id = s.user_id
     where s.session_id = ? and s.is_ended = 0 and s.expires_at_ms > ? and u.is_active = 1`,
  )
  const token = query<{ found: number }>(
    db,
    `select 1 as found from tokens t join users u on u.user_id = t.user_id
     where t.token_id = ? and t.is_ended = 0 and u.is_active = 1`,
  )
  return {
    heads: ({ rooms, users, sessions, nowMs }) => ({
      rooms: rooms.map((id) => room.one(id) ?? { lastRev: rev(0), lastSeq: seq(0) }),
      users: users.map((id) => user.one(id)?.lastRev ?? rev(0)),
      sessions: sessions.map((id) => session.one(id, nowMs) !== null || token.one(id) !== null),
    }),
  }
}
