/** A person's seat in a room: who they are there, and what they may do. */

import type { WireError } from '../protocol/errors.ts'
import type { RoomId, UserId } from '../protocol/ids.ts'
import type { MemberRecord, RoomRecord, UserRecord } from '../store/records.ts'
import type { Need } from '../store/store.ts'
import type { Actor } from './actor.ts'
import { needUser, personOf, refuse } from './decision.ts'
import type { Draft } from './draft.ts'

export type Seat = { readonly room: RoomRecord; readonly member: MemberRecord; readonly person: UserRecord }

export const needSeat = (room: RoomId, actor: Actor): readonly Need[] =>
  actor.is === 'person' ? [...needUser(actor), { need: 'room', room }, { need: 'member', room, user: actor.user }] : []

/** The acting person's seat. A room that they cannot see is answered as if it were not there. */
export function seatOf(draft: Draft, room: RoomId, actor: Actor): Seat | { readonly error: WireError } {
  const person = personOf(draft, actor)
  if (person === null) return refuse('unauthenticated')
  const record = draft.get({ need: 'room', room })
  if (record === null) return refuse('not_found', { field: 'room' })
  const member = draft.get({ need: 'member', room, user: person.user })
  if (member?.isMember === true) return { room: record, member, person }
  return record.visibility === 'public'
    ? refuse('forbidden', { message: 'Join the room first.' })
    : refuse('not_found', { field: 'room' })
}

/** Owners of the room and of the server keep it in order: rename, remove people, delete what others wrote. */
export const keepsOrder = ({ member, person }: Seat): boolean => member.role === 'owner' || person.role === 'owner'

/** Who is new in a room has read everything: what was said before is history, not unread. */
export function newMember(
  room: RoomRecord,
  user: UserId,
  before: MemberRecord | null,
): Omit<MemberRecord, 'rev' | 'ownRev'> {
  return {
    room: room.room,
    user,
    isMember: true,
    role: 'member',
    joinedSeq: room.lastSeq,
    readSeq: room.lastSeq,
    readEpoch: before === null ? 0 : before.readEpoch + 1,
  }
}
