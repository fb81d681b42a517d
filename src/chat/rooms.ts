/** Rooms: made, opened between a few people, renamed, described, shown or hidden. */

import { limits } from '../protocol/limits.ts'
import { type RoomId, type UserId, rev, roomId, seq } from '../protocol/ids.ts'
import type { MemberRole, Visibility } from '../protocol/rows.ts'
import type { RoomRecord } from '../store/records.ts'
import { type Deciding, type Rule, activeUser, needUser, personOf, refuse } from './decision.ts'
import { type Draft, directKeyOf } from './draft.ts'
import { type Seat, keepsOrder, needSeat, seatOf } from './seats.ts'

export const createRoom: Rule<'createRoom'> = {
  outcome: 'kept',
  needs: (_, actor) => needUser(actor),
  decide(draft, { name, topic, visibility }, at) {
    const person = personOf(draft, at.actor)
    if (person === null) return refuse('unauthenticated')
    const room = openRoom(draft, at, { name, topic: topic ?? '', visibility, directKey: null })
    seatIn(draft, room, person.user, 'owner')
    return { ok: { room } }
  },
}

export const openDirect: Rule<'openDirect'> = {
  // The room itself is the outcome: the same people always share the same one.
  outcome: 'none',
  needs: (_, actor) => needUser(actor),
  decide(draft, { users }, at) {
    const person = personOf(draft, at.actor)
    if (person === null) return refuse('unauthenticated')
    const members = [...new Set([person.user, ...users])]
    if (members.length > limits.directMembersMax) return refuse('limit_reached', { limit: 'directMembersMax' })
    const directKey = directKeyOf(members)
    const known = draft.get({ need: 'direct', directKey })
    if (known !== null) return { ok: { room: known.room } }
    if (members.some((user) => activeUser(draft, user) === null)) return refuse('not_found', { field: 'users' })
    const room = openRoom(draft, at, { name: '', topic: '', visibility: 'direct', directKey })
    for (const user of members) seatIn(draft, room, user, 'member')
    return { ok: { room } }
  },
}

export const rename: Rule<'rename'> = {
  outcome: 'kept',
  needs: ({ room }, actor) => needSeat(room, actor),
  decide(draft, { room, name }, { actor }) {
    const seat = keeperOf(draft, room, actor)
    if ('error' in seat) return seat
    if (seat.room.name !== name) draft.putRoom({ ...seat.room, name })
    return { ok: { room } }
  },
}

export const topic: Rule<'topic'> = {
  outcome: 'kept',
  needs: ({ room }, actor) => needSeat(room, actor),
  decide(draft, { room, topic: text }, { actor }) {
    const seat = seatOf(draft, room, actor)
    if ('error' in seat) return seat
    if (seat.room.visibility === 'direct') return refuse('forbidden')
    if (seat.room.topic !== text) draft.putRoom({ ...seat.room, topic: text })
    return { ok: { room } }
  },
}

export const visibility: Rule<'visibility'> = {
  outcome: 'kept',
  needs: ({ room }, actor) => needSeat(room, actor),
  decide(draft, { room, visibility: wanted }, { actor }) {
    const seat = keeperOf(draft, room, actor)
    if ('error' in seat) return seat
    if (seat.room.visibility !== wanted) draft.putRoom({ ...seat.room, visibility: wanted })
    return { ok: { room } }
  },
}

/** The seat of somebody who keeps a named room in order. */
export function keeperOf(draft: Draft, room: RoomId, actor: Deciding['actor']): Seat | ReturnType<typeof refuse> {
  const seat = seatOf(draft, room, actor)
  if ('error' in seat) return seat
  return seat.room.visibility === 'direct' || !keepsOrder(seat) ? refuse('forbidden') : seat
}

type NewRoom = {
  readonly name: string
  readonly topic: string
  readonly visibility: Visibility
  readonly directKey: string | null
}

function openRoom(draft: Draft, { newId, nowMs }: Deciding, room: NewRoom): RoomId {
  const counters = { lastSeq: seq(0), lastRev: rev(0), rev: rev(0), memberCount: 0 }
  const record: RoomRecord = { ...room, ...counters, room: roomId(newId()), createdAtMs: nowMs }
  draft.know({ need: 'room', room: record.room }, record)
  return draft.putRoom(record).room
}

/** The first people of a room that was opened just now. */
function seatIn(draft: Draft, room: RoomId, user: UserId, role: MemberRole): void {
  draft.know({ need: 'member', room, user }, null)
  draft.know({ need: 'mentions', room, user }, [])
  draft.putMember({ room, user, isMember: true, role, joinedSeq: seq(0), readSeq: seq(0), readEpoch: 0 })
}
