/** What is a person's own: who they are, their memberships and their sessions. */

import type { DatabaseSync } from 'node:sqlite'
import { type RoomId, type Seq, type SessionId, type UserId, rev as toRev, seq } from '../../protocol/ids.ts'
import type { MembershipRow, OwnRow, SessionRow, User } from '../../protocol/rows.ts'
import type { MemberRecord, RoomRecord, UserRecord } from '../records.ts'
import type { Handlers } from './calls.ts'
import { columns, othersIn, toSessionRow, toUser } from './records.ts'
import { type Raw, pageOf, query } from './statements.ts'

export function ownReading(db: DatabaseSync): Handlers<'welcome' | 'memberships' | 'ownChanges'> {
  const queries = ownQueries(db)

  function memberships(user: UserId, { after, limit }: { readonly after: string; readonly limit: number }) {
    const { page, isLast } = pageOf(queries.memberships.all(user, after, limit + 1), limit)
    return { rooms: page.map((row) => membershipOf(queries, row)), isLast }
  }

  return {
    welcome({ tokenHash, nowMs, roomsMax }) {
      const by = queries.session.one(tokenHash, nowMs) ?? queries.token.one(tokenHash)
      const user = by === null ? null : queries.user.one(by.user)
      if (by === null || user?.isActive !== 1) return null
      const { lastRev, rev: _, ...profile } = user
      return {
        user: toUser(profile),
        session: by.session,
        expiresAtMs: by.expiresAtMs,
        server: { name: queries.server.one()?.name ?? '' },
        rev: lastRev,
        ...memberships(user.id, { after: '', limit: roomsMax }),
      }
    },
    memberships: ({ user, after, limit }) => memberships(user, { after, limit }),
    ownChanges({ user, after, limit }) {
      const person = queries.user.one(user)
      // The usual case, a reconnect to where nothing happened, costs one lookup.
      if (person === null || person.lastRev <= after)
        return { rows: [], through: person?.lastRev ?? noRev, isLast: true }
      const merged: OwnRow[] = [
        ...queries.membersSince.all(user, after, limit + 1).map((row) => membershipOf(queries, row)),
        ...queries.sessionsSince.all(user, after, limit + 1).map(toSessionRow),
        ...(person.rev <= after ? [] : [profileOf(person)]),
      ]
      const { page: rows, isLast } = pageOf(
        merged.toSorted((a, b) => a.rev - b.rev),
        limit,
      )
      return { rows, through: isLast ? person.lastRev : (rows.at(-1)?.rev ?? after), isLast }
    },
  }
}

const noRev = toRev(0)

type Person = User & Pick<UserRecord, 'lastRev' | 'rev'>
type Membership = Pick<MemberRecord, 'user' | 'isMember' | 'role' | 'ownRev' | 'readSeq' | 'readEpoch'> &
  Pick<RoomRecord, 'room' | 'name' | 'topic' | 'visibility' | 'directKey' | 'lastSeq' | 'lastRev'>
type SignedIn = { readonly session: SessionId; readonly user: UserId; readonly expiresAtMs: number | null }

type Queries = ReturnType<typeof ownQueries>

function ownQueries(db: DatabaseSync) {
  const membership = `select m.user_id as user, m.is_member as isMember, m.role, m.own_rev as ownRev,
      m.read_seq as readSeq, m.read_epoch as readEpoch, r.room_id as room, r.name, r.topic, r.visibility,
      r.direct_key as directKey, r.last_seq as lastSeq, r.last_rev as lastRev
    from members m join rooms r on r.room_id = m.room_id`
  return {
    session: query<SignedIn>(
      db,
      `select session_id as session, user_id as user, expires_at_ms as expiresAtMs from sessions
       where token_hash = ? and is_ended = 0 and expires_at_ms > ?`,
    ),
    token: query<SignedIn>(
      db,
      `select token_id as session, user_id as user, null as expiresAtMs from tokens where token_hash = ? and is_ended = 0`,
    ),
    user: query<Person>(db, `select ${columns.publicUser}, last_rev as lastRev, rev from users where user_id = ?`),
    server: query<{ name: string }>(db, `select name from server`),
    memberships: query<Membership>(
      db,
      `${membership} where m.user_id = ? and m.room_id > ? and m.is_member = 1 order by m.room_id limit ?`,
    ),
    membersSince: query<Membership>(
      db,
      `${membership} where m.user_id = ? and m.own_rev > ? order by m.own_rev limit ?`,
    ),
    sessionsSince: query<SessionRow>(
      db,
      `select ${columns.sessionRow} from sessions where user_id = ? and own_rev > ? order by own_rev limit ?`,
    ),
    mentions: query<{ seq: Seq }>(
      db,
      `select seq from mentions where user_id = ? and room_id = ? and seq > ? order by seq desc limit 99`,
    ),
  }
}

function profileOf(person: Raw<Person>): OwnRow {
  const { lastRev: _, rev, ...user } = person
  return { kind: 'profile', rev, user: toUser(user) }
}

function membershipOf(queries: Queries, row: Raw<Membership>): MembershipRow {
  const { ownRev: rev, role, readSeq, readEpoch } = row
  const isMember = row.isMember === 1
  return {
    kind: 'membership',
    rev,
    room: isMember || row.visibility === 'public' ? summaryOf(row) : closedTo(row),
    isMember,
    role,
    readSeq,
    readEpoch,
    mentions: isMember
      ? queries.mentions
          .all(row.user, row.room, readSeq)
          .map((mention) => mention.seq)
          .toReversed()
      : [],
  }
}

function summaryOf({ room: id, name, topic, visibility, lastSeq, lastRev, directKey, user }: Raw<Membership>) {
  return { id, name, topic, visibility, lastSeq, lastRev, others: othersIn(directKey, user) }
}

/** Who has left sees no more of a room than that it was there. */
function closedTo({ room: id, visibility }: { readonly room: RoomId; readonly visibility: RoomRecord['visibility'] }) {
  return { id, name: '', topic: '', visibility, lastSeq: seq(0), lastRev: noRev, others: [] }
}
