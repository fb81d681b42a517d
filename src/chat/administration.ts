/** What owners of the server do, and the links that let people in: invites, resets, (de)activation, settings. */

import { inviteId } from '../protocol/ids.ts'
import { type Rule, needUser, personOf, refuse } from './decision.ts'
import { type Draft, userOf } from './draft.ts'
import type { Actor } from './actor.ts'
import { seatOf } from './seats.ts'

const resetKeptMs = 24 * 3600 * 1000

export const createInvite: Rule<'createInvite'> = {
  outcome: 'kept',
  needs: (_, actor) => needUser(actor),
  decide(draft, { room, uses, hours }, at) {
    const person = personOf(draft, at.actor)
    if (person === null) return refuse('unauthenticated')
    if (room !== undefined) {
      const seat = seatOf(draft, room, at.actor)
      if ('error' in seat) return seat
      if (seat.room.visibility === 'direct') return refuse('forbidden')
    }
    const invite = inviteId(at.newId())
    const expiresAtMs = at.nowMs + hours * 3600 * 1000
    const { acting: _acting, ...record } = person
    draft.putUser(record)
    const common = { createdBy: person.user, room: room ?? null, createdAtMs: at.nowMs }
    draft.putInvite({ ...common, invite, usesLeft: uses, expiresAtMs })
    return { ok: { invite, secret: '', expiresAtMs } }
  },
  reveal: (output, secrets) => ({ ...output, secret: secrets.secretOf('invite', output.invite) }),
}

export const endInvite: Rule<'endInvite'> = {
  outcome: 'none',
  needs: ({ invite }, actor) => [...needUser(actor), { need: 'invite', invite }, { need: 'server' }],
  decide(draft, { invite: id }, { actor }) {
    const person = personOf(draft, actor)
    if (person === null) return refuse('unauthenticated')
    const invite = draft.get({ need: 'invite', invite: id })
    if (invite === null) return refuse('not_found', { field: 'invite' })
    if (invite.createdBy !== person.user && person.role !== 'owner') return refuse('not_found', { field: 'invite' })
    if (invite.usesLeft === 0) return { ok: {} }
    // Sign-ups take a rev of the server, too: one that is under way elsewhere cannot put back the uses that it saw.
    draft.putServer(draft.get({ need: 'server' }))
    draft.putInvite({ ...invite, usesLeft: 0 })
    return { ok: {} }
  },
}

export const createReset: Rule<'createReset'> = {
  outcome: 'kept',
  needs: ({ user }, actor) => [...needUser(actor), { need: 'user', user }],
  decide(draft, { user }, at) {
    const owner = ownerOf(draft, at.actor)
    if ('error' in owner) return owner
    const target = draft.get({ need: 'user', user })
    if (target === null || !target.isActive) return refuse('not_found', { field: 'user' })
    const reset = at.newId()
    const expiresAtMs = at.nowMs + resetKeptMs
    draft.putUser(draft.get({ need: 'user', user: owner.user }) ?? owner)
    draft.putReset({ reset, user, expiresAtMs, isUsed: false })
    // The id is the kept outcome; the secret is made from it when it is shown.
    return { ok: { secret: reset, expiresAtMs } }
  },
  reveal: (output, secrets) => ({ ...output, secret: secrets.secretOf('reset', output.secret) }),
}

export const deactivate: Rule<'deactivate'> = {
  outcome: 'kept',
  needs: ({ user }, actor) => [
    ...needUser(actor),
    { need: 'user', user },
    { need: 'sessionsOf', user },
    { need: 'tokensOf', user },
  ],
  decide(draft, { user }, { actor }) {
    const owner = ownerOf(draft, actor)
    if ('error' in owner) return owner
    if (user === owner.user) return refuse('bad_input', { field: 'user', message: 'user: not yourself' })
    const target = draft.get({ need: 'user', user })
    if (target === null) return refuse('not_found', { field: 'user' })
    if (!target.isActive) return { ok: { user: userOf(target) } }
    const sessions = draft.get({ need: 'sessionsOf', user })
    const tokens = draft.get({ need: 'tokensOf', user })
    const changed = draft.putUser({ ...target, isActive: false })
    for (const session of sessions) draft.putSession({ ...session, isEnded: true })
    for (const token of tokens) draft.putToken({ ...token, isEnded: true })
    return { ok: { user: userOf(changed) } }
  },
}

export const reactivate: Rule<'reactivate'> = {
  outcome: 'kept',
  needs: ({ user }, actor) => [...needUser(actor), { need: 'user', user }],
  decide(draft, { user }, { actor }) {
    const owner = ownerOf(draft, actor)
    if ('error' in owner) return owner
    const target = draft.get({ need: 'user', user })
    if (target === null) return refuse('not_found', { field: 'user' })
    return { ok: { user: userOf(target.isActive ? target : draft.putUser({ ...target, isActive: true })) } }
  },
}

export const serverSettings: Rule<'serverSettings'> = {
  outcome: 'kept',
  needs: (_, actor) => [...needUser(actor), { need: 'server' }],
  decide(draft, { name, openSignUp }, { actor }) {
    const owner = ownerOf(draft, actor)
    if ('error' in owner) return owner
    const server = draft.get({ need: 'server' })
    const changed = { ...server, name: name ?? server.name, openSignUp: openSignUp ?? server.openSignUp }
    draft.putServer(changed)
    return { ok: { name: changed.name, openSignUp: changed.openSignUp } }
  },
}

function ownerOf(draft: Draft, actor: Actor) {
  const person = personOf(draft, actor)
  if (person === null) return refuse('unauthenticated')
  const { acting: _acting, ...record } = person
  return record.role === 'owner' ? record : refuse('forbidden')
}
