/** Members: who comes in, who goes, who is brought or sent away. */

import { limits } from '../protocol/limits.ts'
import type { MemberRecord, RoomRecord } from '../store/records.ts'
import { type Rule, activeUser, personOf, refuse } from './decision.ts'
import type { Draft } from './draft.ts'
import { keeperOf } from './rooms.ts'
import { needSeat, newMember, seatOf } from './seats.ts'

export const join: Rule<'join'> = {
  outcome: 'kept',
  needs: ({ room }, actor) => needSeat(room, actor),
  decide(draft, { room }, { actor }) {
    const person = personOf(draft, actor)
    if (person === null) return refuse('unauthenticated')
    const record = draft.get({ need: 'room', room })
    const member = draft.get({ need: 'member', room, user: person.user })
    if (record === null) return refuse('not_found', { field: 'room' })
    if (member?.isMember === true) return { ok: { room } }
    if (record.visibility !== 'public') return refuse('not_found', { field: 'room' })
    return comeIn(draft, record, member, person.user)
  },
}

export const invite: Rule<'invite'> = {
  outcome: 'kept',
  needs: ({ room, user }, actor) => [...needSeat(room, actor), { need: 'user', user }, { need: 'member', room, user }],
  decide(draft, { room, user }, { actor }) {
    const seat = seatOf(draft, room, actor)
    if ('error' in seat) return seat
    if (seat.room.visibility === 'direct') return refuse('forbidden')
    if (activeUser(draft, user) === null) return refuse('not_found', { field: 'user' })
    const member = draft.get({ need: 'member', room, user })
    return member?.isMember === true ? { ok: { room } } : comeIn(draft, seat.room, member, user)
  },
}

export const leave: Rule<'leave'> = {
  outcome: 'kept',
  needs: ({ room }, actor) => needSeat(room, actor),
  decide(draft, { room }, { actor }) {
    const person = personOf(draft, actor)
    if (person === null) return refuse('unauthenticated')
    const record = draft.get({ need: 'room', room })
    const member = draft.get({ need: 'member', room, user: person.user })
    if (record === null || member?.isMember !== true) return { ok: { room } }
    if (record.visibility === 'direct') return refuse('forbidden')
    const heir = member.role === 'owner' ? heirOf(draft, member) : null
    draft.putMember({ ...member, isMember: false, role: 'member' })
    if (heir !== null) draft.putMember({ ...heir, role: 'owner' })
    return { ok: { room } }
  },
}

export const remove: Rule<'remove'> = {
  outcome: 'kept',
  needs: ({ room, user }, actor) => [...needSeat(room, actor), { need: 'user', user }, { need: 'member', room, user }],
  decide(draft, { room, user }, { actor }) {
    const seat = keeperOf(draft, room, actor)
    if ('error' in seat) return seat
    if (user === seat.person.user) return refuse('bad_input', { field: 'user', message: 'user: leave instead' })
    const member = draft.get({ need: 'member', room, user })
    if (member?.isMember === true) {
      draft.get({ need: 'user', user })
      draft.putMember({ ...member, isMember: false, role: 'member' })
    }
    return { ok: { room } }
  },
}

export function comeIn(draft: Draft, room: RoomRecord, before: MemberRecord | null, user: MemberRecord['user']) {
  if (room.memberCount >= limits.membersPerRoomMax) return refuse('limit_reached', { limit: 'membersPerRoomMax' })
  draft.get({ need: 'user', user })
  draft.get({ need: 'mentions', room: room.room, user })
  draft.putMember(newMember(room, user, before))
  return { ok: { room: room.room } }
}

/** Who owns the room when its last owner goes: the member who has been there longest. Null: there is another owner. */
function heirOf(draft: Draft, leaving: MemberRecord): MemberRecord | null {
  const members = draft.membersOf(leaving.room, limits.snapshotMembersMax)
  const others = members.filter(({ user }) => user !== leaving.user)
  if (others.some(({ role }) => role === 'owner')) return null
  const heir = others.toSorted((a, b) => a.joinedSeq - b.joinedSeq)[0] ?? null
  if (heir === null) return null
  // What putMember will want to know of them, asked for before the first change.
  draft.get({ need: 'user', user: heir.user })
  draft.get({ need: 'mentions', room: heir.room, user: heir.user })
  return heir
}
