/** Read cursors: how far somebody has read a room, across all their devices. */

import { seq } from '../protocol/ids.ts'
import { type Rule, refuse } from './decision.ts'
import { needSeat, seatOf } from './seats.ts'

export const read: Rule<'read'> = {
  outcome: 'none',
  needs: ({ room }, actor) =>
    actor.is === 'person' ? [...needSeat(room, actor), { need: 'mentions', room, user: actor.user }] : [],
  decide(draft, { room, seq: wanted, epoch }, { actor }) {
    const seat = seatOf(draft, room, actor)
    if ('error' in seat) return seat
    const { member } = seat
    const readSeq = seq(Math.min(wanted, seat.room.lastSeq))
    // A device that has not heard of the newer epoch would undo "mark as unread": its word is too old.
    if (epoch === member.readEpoch && readSeq > member.readSeq) {
      draft.putCursor({ ...member, readSeq })
      return { ok: { seq: readSeq, epoch } }
    }
    return { ok: { seq: member.readSeq, epoch: member.readEpoch } }
  },
}

export const unread: Rule<'unread'> = {
  outcome: 'kept',
  needs: ({ room }, actor) =>
    actor.is === 'person' ? [...needSeat(room, actor), { need: 'mentions', room, user: actor.user }] : [],
  decide(draft, { room, seq: wanted }, { actor }) {
    const seat = seatOf(draft, room, actor)
    if ('error' in seat) return seat
    if (wanted > seat.room.lastSeq) return refuse('not_found', { field: 'seq' })
    const epoch = seat.member.readEpoch + 1
    draft.putCursor({ ...seat.member, readSeq: wanted, readEpoch: epoch })
    return { ok: { seq: wanted, epoch } }
  },
}
