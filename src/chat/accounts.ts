/** Accounts: the first owner, sign-up, sign-in, passwords, sessions and personal tokens. */

import { type RoomId, type UserId, inviteId, rev, sessionId, tokenId, userId } from '../protocol/ids.ts'
import type { UserRole } from '../protocol/rows.ts'
import type { InviteRecord, RoomRecord, ServerRecord, UserRecord } from '../store/records.ts'
import type { Need } from '../store/store.ts'
import { type Deciding, type NewSession, type Rule, activeUser, needUser, personOf, refuse } from './decision.ts'
import { type Draft, userOf } from './draft.ts'
import { comeIn } from './members.ts'
import { hashToken } from './secrets.ts'

/** A session that is not used for this long ends. */
export const sessionKeptMs = 90 * 24 * 3600 * 1000

export const setUp: Rule<'setUp'> = {
  outcome: 'none',
  needs: ({ handle, start }) => [{ need: 'server' }, { need: 'handle', handle }, ...needStarted(start)],
  decide(draft, { secret, handle, name, passwordHash, server: serverName, start }, at) {
    const done = startedBy(draft, start)
    if (done !== null) return { ok: { user: userOf(done) } }
    if (at.secrets.idOf('setup', secret) === null) return refuse('link_invalid')
    const server = draft.get({ need: 'server' })
    if (server.userCount > 0) return refuse('already_set_up')
    const user = openAccount(draft, at, server, { handle, name, passwordHash, role: 'owner' })
    if (serverName !== undefined) draft.putServer({ ...draft.get({ need: 'server' }), name: serverName })
    startSession(draft, at, user, start)
    return { ok: { user: userOf(user) } }
  },
}

export const signUp: Rule<'signUp'> = {
  outcome: 'none',
  needs: ({ handle, start }) => [{ need: 'server' }, { need: 'handle', handle }, ...needStarted(start)],
  decide(draft, { invite: secret, handle, name, passwordHash, start }, at) {
    const done = startedBy(draft, start)
    if (done !== null) return { ok: { user: userOf(done), room: roomOf(draft, at, { secret, user: done.user }) } }
    const server = draft.get({ need: 'server' })
    const invite = secret === undefined ? null : usableInvite(draft, at, secret)
    if (server.userCount === 0) return refuse('forbidden', { message: 'The server is not set up yet.' })
    if (secret !== undefined && invite === null) return refuse('link_invalid')
    if (invite === null && !server.openSignUp) return refuse('forbidden', { message: 'An invite is needed.' })
    if (draft.get({ need: 'handle', handle }) !== null) return refuse('name_taken', { field: 'handle' })
    const room = invite === null ? null : openRoomOf(draft, invite)
    const user = openAccount(draft, at, server, { handle, name, passwordHash, role: 'member' })
    if (invite !== null) draft.putInvite({ ...invite, usesLeft: invite.usesLeft - 1 })
    startSession(draft, at, user, start)
    return { ok: { user: userOf(user), room: room === null ? null : bringIn(draft, room.room, user) } }
  },
}

export const signIn: Rule<'signIn'> = {
  outcome: 'none',
  needs: ({ handle, start }) => [{ need: 'handle', handle }, ...needStarted(start)],
  decide(draft, { handle, provenHash, start }, at) {
    const done = startedBy(draft, start)
    if (done !== null) return { ok: { user: userOf(done) } }
    const user = draft.get({ need: 'handle', handle })
    // The password was proven against the hash of a moment ago: it may have been changed since.
    if (user === null || provenHash === null || user.passwordHash !== provenHash) return refuse('wrong_credentials')
    if (!user.isActive) return refuse('wrong_credentials')
    startSession(draft, at, user, start)
    return { ok: { user: userOf(user) } }
  },
}

export const resetPassword: Rule<'resetPassword'> = {
  outcome: 'none',
  needs: ({ start }) => needStarted(start),
  decide(draft, { reset: secret, passwordHash, start }, at) {
    const done = startedBy(draft, start)
    if (done !== null) return { ok: { user: userOf(done) } }
    const id = at.secrets.idOf('reset', secret)
    const reset = id === null ? null : draft.get({ need: 'reset', reset: id })
    if (reset === null || reset.isUsed || reset.expiresAtMs <= at.nowMs) return refuse('link_invalid')
    const user = draft.get({ need: 'user', user: reset.user })
    if (user === null || !user.isActive) return refuse('link_invalid')
    const sessions = draft.get({ need: 'sessionsOf', user: user.user })
    draft.putReset({ ...reset, isUsed: true })
    const changed = draft.putUser({ ...user, passwordHash })
    for (const session of sessions) draft.putSession({ ...session, isEnded: true })
    startSession(draft, at, changed, start)
    return { ok: { user: userOf(changed) } }
  },
}

export const profile: Rule<'profile'> = {
  outcome: 'kept',
  needs: (_, actor) => needUser(actor),
  decide(draft, { name }, { actor }) {
    const person = personOf(draft, actor)
    if (person === null) return refuse('unauthenticated')
    const { acting: _acting, ...record } = person
    return { ok: { user: userOf(record.name === name ? record : draft.putUser({ ...record, name })) } }
  },
}

export const changePassword: Rule<'changePassword'> = {
  outcome: 'none',
  needs: (_, actor) => (actor.is === 'person' ? [...needUser(actor), { need: 'sessionsOf', user: actor.user }] : []),
  decide(draft, { provenHash, passwordHash }, { actor }) {
    const person = personOf(draft, actor)
    if (person === null) return refuse('unauthenticated')
    const { acting, ...record } = person
    // Its own salt makes the new hash this very command's: it was done before, and its answer was lost.
    if (passwordHash !== '' && record.passwordHash === passwordHash) return { ok: {} }
    if (provenHash === null || record.passwordHash !== provenHash) {
      return refuse('wrong_credentials', { field: 'old' })
    }
    const sessions = draft.get({ need: 'sessionsOf', user: record.user })
    draft.putUser({ ...record, passwordHash })
    // Whoever knew the old password is shown out everywhere else.
    for (const session of sessions) {
      if (session.session !== acting.session) draft.putSession({ ...session, isEnded: true })
    }
    return { ok: {} }
  },
}

export const endSession: Rule<'endSession'> = {
  outcome: 'none',
  needs: ({ session }, actor) => [...needUser(actor), { need: 'session', session }],
  decide(draft, { session: id }, { actor }) {
    const person = personOf(draft, actor)
    if (person === null) return refuse('unauthenticated')
    const session = draft.get({ need: 'session', session: id })
    if (session === null || session.user !== person.user) return refuse('not_found', { field: 'session' })
    if (!session.isEnded) draft.putSession({ ...session, isEnded: true })
    return { ok: {} }
  },
}

export const createToken: Rule<'createToken'> = {
  outcome: 'kept',
  needs: (_, actor) => needUser(actor),
  decide(draft, { name }, at) {
    const person = personOf(draft, at.actor)
    if (person === null) return refuse('unauthenticated')
    const token = tokenId(at.newId())
    const secret = at.secrets.secretOf('token', token)
    // A change of one's own takes a rev, so that two workers cannot both decide it.
    const { acting: _acting, ...record } = person
    draft.putUser(record)
    const common = { user: record.user, name, createdAtMs: at.nowMs }
    draft.putToken({ ...common, token, tokenHash: hashToken(secret), isEnded: false })
    return { ok: { token, secret: '' } }
  },
  reveal: ({ token }, secrets) => ({ token, secret: secrets.secretOf('token', token) }),
}

export const endToken: Rule<'endToken'> = {
  outcome: 'kept',
  needs: (_, actor) => (actor.is === 'person' ? [...needUser(actor), { need: 'tokensOf', user: actor.user }] : []),
  decide(draft, { token: id }, { actor }) {
    const person = personOf(draft, actor)
    if (person === null) return refuse('unauthenticated')
    const token = draft.get({ need: 'tokensOf', user: person.user }).find(({ token: each }) => each === id)
    if (token === undefined) return refuse('not_found', { field: 'token' })
    const { acting: _acting, ...record } = person
    // The rev that this takes makes every gateway look at the sessions of this person again [G6].
    draft.putUser(record)
    draft.putToken({ ...token, isEnded: true })
    return { ok: {} }
  },
}

type NewAccount = Pick<UserRecord, 'handle' | 'name' | 'role'> & {
  readonly passwordHash: string
  readonly role: UserRole
}

function openAccount(draft: Draft, { newId, nowMs }: Deciding, server: ServerRecord, account: NewAccount): UserRecord {
  const user = userId(newId())
  draft.know({ need: 'user', user }, null)
  // The count decides who is first, so sign-ups go one after the other through the server's own stream.
  draft.putServer({ ...server, userCount: server.userCount + 1 })
  return draft.putUser({ ...account, user, isActive: true, createdAtMs: nowMs, lastRev: rev(0), rev: rev(0) })
}

const needStarted = ({ session }: NewSession): readonly Need[] => [{ need: 'session', session }]

/**
 * Whose session this very command has started before: a commit whose outcome was unknown took effect after all. Guests
 * have no outcomes; the session's id is new for each command that the door takes in, so it serves as one.
 */
function startedBy(draft: Draft, { session }: NewSession): UserRecord | null {
  const started = draft.get({ need: 'session', session: sessionId(session) })
  return started === null ? null : draft.get({ need: 'user', user: started.user })
}

function startSession(draft: Draft, { nowMs }: Deciding, { user }: UserRecord, start: NewSession): void {
  draft.putSession({
    session: sessionId(start.session),
    user,
    tokenHash: start.tokenHash,
    agent: start.agent,
    startedAtMs: nowMs,
    seenAtMs: nowMs,
    expiresAtMs: nowMs + sessionKeptMs,
    isEnded: false,
  })
}

function usableInvite(draft: Draft, { secrets, nowMs }: Deciding, secret: string): InviteRecord | null {
  const id = secrets.idOf('invite', secret)
  const invite = id === null ? null : draft.get({ need: 'invite', invite: inviteId(id) })
  if (invite === null || invite.usesLeft === 0 || invite.expiresAtMs <= nowMs) return null
  // An invite is worth what the word of its maker is.
  return activeUser(draft, invite.createdBy) === null ? null : invite
}

/** The room that an invite leads to: null when there is none, or its maker may not bring anybody in any more. */
function openRoomOf(draft: Draft, { room, createdBy }: InviteRecord): RoomRecord | null {
  if (room === null || draft.get({ need: 'member', room, user: createdBy })?.isMember !== true) return null
  return draft.get({ need: 'room', room })
}

/** The room that a sign-up which was done before has led to. */
function roomOf(
  draft: Draft,
  { secrets }: Deciding,
  { secret, user }: { readonly secret: string | undefined; readonly user: UserId },
): RoomId | null {
  const id = secret === undefined ? null : secrets.idOf('invite', secret)
  const room = id === null ? null : (draft.get({ need: 'invite', invite: inviteId(id) })?.room ?? null)
  return room !== null && draft.get({ need: 'member', room, user })?.isMember === true ? room : null
}

/** Puts a new person into the room of their invite; a room that is full or gone does not spoil the sign-up. */
function bringIn(draft: Draft, room: RoomId, { user }: UserRecord): RoomId | null {
  const record = draft.get({ need: 'room', room })
  if (record === null) return null
  draft.know({ need: 'member', room, user }, null)
  draft.know({ need: 'mentions', room, user }, [])
  return 'ok' in comeIn(draft, record, null, user) ? room : null
}
