/** Messages: send, edit, delete, react, and cancelling a send whose outcome its author never learned. */

import { isInvisible } from '../protocol/check.ts'
import { limits } from '../protocol/limits.ts'
import { mentionsIn } from '../protocol/mentions.ts'
import { wireError } from '../protocol/errors.ts'
import type { RoomId, Seq, UserId } from '../protocol/ids.ts'
import type { MessageRecord } from '../store/records.ts'
import type { Need } from '../store/store.ts'
import { type Rule, personOf, refuse } from './decision.ts'
import type { Draft } from './draft.ts'
import { type Seat, keepsOrder, needSeat, seatOf } from './seats.ts'

export const send: Rule<'send'> = {
  outcome: 'message',
  needs: ({ room, id, body }, actor) =>
    actor.is === 'person'
      ? [...needSeat(room, actor), { need: 'sent', room, author: actor.user, id }, ...needMentioned(room, body)]
      : [],
  decide(draft, { room, id, body, replyTo }, { actor, fingerprint, nowMs }) {
    if (actor.is === 'person') {
      // Before any permission: who was answered once is answered the same again [G2].
      const first = draft.get({ need: 'sent', room, author: actor.user, id })
      if (first !== null) return repeated(first, fingerprint)
    }
    const seat = seatOf(draft, room, actor)
    if ('error' in seat) return seat
    if (isInvisible(body)) return refuse('bad_input', { field: 'body', message: 'body: is empty' })
    if (replyTo !== undefined && replyTo > seat.room.lastSeq) return refuse('not_found', { field: 'replyTo' })
    const author = seat.person.user
    const message = draft.appendMessage(
      { room, author, id, body, replyTo: replyTo ?? null, sentAtMs: nowMs, editedAtMs: null, fingerprint },
      mentionedMembers(draft, room, author, body),
    )
    // Somebody who had read everything has read their own message, too. Every device knows this rule.
    if (seat.member.readSeq === seat.room.lastSeq) draft.moveCursorSilently(seat.member, message.seq)
    return { ok: { seq: message.seq } }
  },
}

function repeated(first: MessageRecord, fingerprint: string) {
  if (first.fingerprint === fingerprint) return { ok: { seq: first.seq } }
  return { error: wireError('conflict', { first: { id: first.id, seq: first.seq } }) }
}

export const edit: Rule<'edit'> = {
  outcome: 'kept',
  needs: ({ room, seq, body }, actor) => [
    ...needSeat(room, actor),
    { need: 'message', room, seq },
    ...needMentioned(room, body),
  ],
  decide(draft, { room, seq, body }, { actor, nowMs }) {
    const found = messageAt(draft, room, seq, seatOf(draft, room, actor))
    if ('error' in found) return found
    const { message, seat } = found
    if (message.author !== seat.person.user) return refuse('forbidden')
    if (isInvisible(body)) return refuse('bad_input', { field: 'body', message: 'body: is empty' })
    if (message.body !== body) {
      const mentions = mentionedMembers(draft, room, message.author, body)
      draft.changeMessage({ ...message, body, editedAtMs: nowMs }, mentions)
    }
    return { ok: { seq } }
  },
}

export const remove: Rule<'delete'> = {
  outcome: 'kept',
  needs: ({ room, seq }, actor) => [...needSeat(room, actor), { need: 'message', room, seq }],
  decide(draft, { room, seq }, { actor }) {
    const seat = seatOf(draft, room, actor)
    if ('error' in seat) return seat
    const message = draft.get({ need: 'message', room, seq })
    if (message === null) return refuse('not_found', { field: 'seq' })
    if (message.author !== seat.person.user && !keepsOrder(seat)) return refuse('forbidden')
    if (message.body !== null) draft.changeMessage({ ...message, body: null }, [])
    return { ok: { seq } }
  },
}

export const react: Rule<'react'> = {
  outcome: 'kept',
  needs: ({ room, seq, emoji }, actor) =>
    actor.is === 'person'
      ? [
          ...needSeat(room, actor),
          { need: 'message', room, seq },
          { need: 'reaction', room, seq, emoji, user: actor.user },
        ]
      : [],
  decide(draft, { room, seq, emoji, isOn }, { actor }) {
    const found = messageAt(draft, room, seq, seatOf(draft, room, actor))
    if ('error' in found) return found
    const { user } = found.seat.person
    const before = draft.get({ need: 'reaction', room, seq, emoji, user })
    if ((before?.isOn ?? false) === isOn) return { ok: { seq } }
    if (isOn && draft.get({ need: 'emojiCount', room, seq }) >= limits.reactionsPerMessageMax) {
      return refuse('limit_reached', { limit: 'reactionsPerMessageMax' })
    }
    draft.putReaction({ room, seq, emoji, user, isOn })
    return { ok: { seq } }
  },
}

export const cancel: Rule<'cancel'> = {
  outcome: 'none',
  needs: ({ room, target }, actor) =>
    actor.is === 'person'
      ? [
          ...needSeat(room, actor),
          { need: 'sent', room, author: actor.user, id: target },
          { need: 'outcome', author: actor.user, id: target },
        ]
      : [],
  decide(draft, { room, target }, { actor, nowMs, fingerprint }) {
    if (actor.is !== 'person') return refuse('unauthenticated')
    // Before any permission, as for a send that is repeated [G2].
    const sent = draft.get({ need: 'sent', room, author: actor.user, id: target })
    if (sent !== null) return { ok: { seq: sent.seq } }
    const spent = draft.outcome(actor.user, target)
    // A send that was refused stays so: its outcome is kept for longer than any outbox would send it again.
    if (spent?.cmd === 'cancel' || spent?.cmd === 'send') return { ok: { seq: null } }
    if (spent !== null) return refuse('conflict')
    if (personOf(draft, actor) === null) return refuse('unauthenticated')
    // Who lost their seat meanwhile may still take back what they never managed to say: no seat is asked for. A worker
    // that decided on the send before this, and commits after it, must find that the room has moved on [G5]. Who never had
    // a seat could not have sent anything: they learn nothing of the room, and do not make it move.
    const record = draft.get({ need: 'room', room })
    if (record !== null && draft.get({ need: 'member', room, user: actor.user }) !== null) draft.fenceRoom(record)
    const outcome = JSON.stringify({ ok: { seq: null } })
    const { user: author } = actor
    draft.putOutcome({ author, id: target, cmd: 'cancel', fingerprint, outcome, atMs: nowMs, isForEver: true }, room)
    return { ok: { seq: null } }
  },
}

type Found = { readonly message: MessageRecord; readonly seat: Seat }

/** A message that is there and not deleted, as its reader sees it. */
function messageAt(
  draft: Draft,
  room: RoomId,
  seq: Seq,
  seat: ReturnType<typeof seatOf>,
): Found | ReturnType<typeof refuse> {
  if ('error' in seat) return seat
  const message = draft.get({ need: 'message', room, seq })
  return message === null || message.body === null ? refuse('not_found', { field: 'seq' }) : { message, seat }
}

const needMentioned = (room: RoomId, body: string): readonly Need[] =>
  mentionsIn(body).map((user) => ({ need: 'member', room, user }))

/** Only members are mentioned: a name in a private room tells nobody outside that it exists. */
function mentionedMembers(draft: Draft, room: RoomId, author: UserId, body: string): readonly UserId[] {
  return mentionsIn(body).filter(
    (user) => user !== author && draft.get({ need: 'member', room, user })?.isMember === true,
  )
}
