/** Accounts, sessions, tokens and the links that let people in [faults S1 S12]. */

import { expect, test } from 'vitest'
import { type UserId, inviteId, roomId, sessionId, tokenId } from '../protocol/ids.ts'
import { outcomeKeptMs } from '../protocol/limits.ts'
import type { Person } from './actor.ts'
import type { NewSession } from './decision.ts'
import { failing } from './testing/test-store.ts'
import { type Answered, type World, guest, newStart, okOf, openWorld, timePassing, tokenOf } from './testing/world.ts'

const hourMs = 3600 * 1000

const signUp = (world: World, handle: string, invite?: string): Promise<Answered> => {
  const account = { handle, name: handle, passwordHash: `hash of ${handle}`, start: newStart(world) }
  return world.act(guest, { cmd: 'signUp', ...account, ...(invite === undefined ? {} : { invite }) })
}
const signIn = (world: World, handle: string, provenHash: string | null, start: NewSession = newStart(world)) =>
  world.act(guest, { cmd: 'signIn', handle, provenHash, start })

const isSignedIn = async (world: World, token: string): Promise<boolean> => {
  const { createHash } = await import('node:crypto')
  const tokenHash = createHash('sha256').update(token).digest('base64url')
  return (await world.store.welcome({ tokenHash, nowMs: world.clock.nowMs(), roomsMax: 1 })) !== null
}

async function invited(world: World, by: Person, uses: number, hours = 1): Promise<{ id: string; secret: string }> {
  const { invite, secret } = okOf(await world.act(by, { cmd: 'createInvite', uses, hours }))
  return { id: String(invite), secret: String(secret) }
}

async function closedServer(): Promise<World> {
  const world = await openWorld()
  okOf(await world.act(world.owner, { cmd: 'serverSettings', openSignUp: false }))
  return world
}

test('[faults S12] a server is set up once, and only with its own link', async () => {
  const world = await openWorld()
  const account = { handle: 'eve', name: 'Eve', passwordHash: 'h', start: newStart(world) }
  const secret = world.secrets.secretOf('setup', 'owner')
  expect((await world.act(guest, { cmd: 'setUp', secret, ...account })).code).toBe('already_set_up')
  for (const wrong of [`${secret.slice(0, -1)}_`, world.secrets.secretOf('invite', 'owner'), 'owner', '']) {
    expect((await world.act(guest, { cmd: 'setUp', secret: wrong, ...account })).code).toBe('link_invalid')
  }
})

test('a name is taken once, also by two who want it at once', async () => {
  const world = await openWorld()
  expect((await signUp(world, 'mina')).ok).toMatchObject({ user: { handle: 'mina', role: 'member' }, room: null })
  expect((await signUp(world, 'mina')).error).toMatchObject({ code: 'name_taken', field: 'handle' })
  const both = await Promise.all([signUp(world, 'joon'), signUp(world, 'joon')])
  expect(both.map(({ code }) => code ?? 'ok').toSorted()).toEqual(['name_taken', 'ok'])
})

test('[faults S12] without an invite nobody signs up to a closed server', async () => {
  const world = await closedServer()
  expect((await signUp(world, 'eve')).code).toBe('forbidden')
  expect((await signUp(world, 'eve', 'made.up')).code).toBe('link_invalid')
  expect((await signUp(world, 'eve', world.secrets.secretOf('invite', 'unknown'))).code).toBe('link_invalid')
})

test('[faults S12] an invite is used as often as it says, and not after its time', async () => {
  const world = await closedServer()
  const { secret } = await invited(world, world.owner, 2)
  okOf(await signUp(world, 'one', secret))
  okOf(await signUp(world, 'two', secret))
  expect((await signUp(world, 'three', secret)).code).toBe('link_invalid')
  const later = await invited(world, world.owner, 9)
  await world.clock.advance(hourMs)
  expect((await signUp(world, 'four', later.secret)).code).toBe('link_invalid')
})

test('[faults S12] an invite that was ended is over, also for a sign-up that is under way', async () => {
  const world = await closedServer()
  const { id, secret } = await invited(world, world.owner, 9)
  let ending: Promise<Answered> | null = null
  world.store.on.beforeCommit = async () => {
    // Between the sign-up's facts and its commit.
    world.store.on.beforeCommit = () => {}
    ending ??= world.act(world.owner, { cmd: 'endInvite', invite: inviteId(id) })
    await ending
  }
  expect((await signUp(world, 'eve', secret)).code).toBe('link_invalid')
  expect(world.store.column('select uses_left from invites')).toEqual([0])
  expect((await world.act(world.owner, { cmd: 'endInvite', invite: inviteId(id) })).ok).toEqual({})
})

test('[faults S2] an invite is its maker\u2019s: others cannot end it, and it is worth what its maker may do', async () => {
  const world = await openWorld()
  const [mina, joon] = [await world.signUp('Mina'), await world.signUp('Joon')]
  const room = await world.room(mina, 'private', joon)
  const made = okOf(await world.act(joon, { cmd: 'createInvite', room, uses: 9, hours: 1 }))
  const secret = String(made['secret'])
  expect((await world.act(mina, { cmd: 'endInvite', invite: inviteId(String(made['invite'])) })).code).toBe('not_found')
  expect((await signUp(world, 'first', secret)).ok).toMatchObject({ room })
  okOf(await world.act(mina, { cmd: 'remove', room, user: joon.user }))
  expect((await signUp(world, 'second', secret)).ok).toMatchObject({ room: null })
  okOf(await world.act(world.owner, { cmd: 'deactivate', user: joon.user }))
  expect((await signUp(world, 'third', secret)).code).toBe('link_invalid')
  const unknown = { cmd: 'createInvite', room: roomId('none'), uses: 1, hours: 1 } as const
  expect((await world.act(mina, unknown)).code).toBe('not_found')
})

test('[faults S12] a wrong name, a wrong password and a deactivated person are answered alike', async () => {
  const world = await openWorld()
  const mina = await world.signUp('Mina')
  okOf(await signIn(world, 'mina', 'hash of Mina'))
  const wrongPassword = await signIn(world, 'mina', null)
  const wrongName = await signIn(world, 'nobody', null)
  okOf(await world.act(world.owner, { cmd: 'deactivate', user: mina.user }))
  const deactivated = await signIn(world, 'mina', 'hash of Mina')
  expect(wrongPassword.code).toBe('wrong_credentials')
  expect(wrongName).toEqual(wrongPassword)
  expect(deactivated).toEqual(wrongPassword)
})

test('[faults S12] a password that was right a moment ago, and was changed since, is wrong', async () => {
  const world = await openWorld()
  const mina = await world.signUp('Mina')
  okOf(await world.act(mina, { cmd: 'changePassword', provenHash: 'hash of Mina', passwordHash: 'new hash' }))
  expect((await signIn(world, 'mina', 'hash of Mina')).code).toBe('wrong_credentials')
  const wrong = await world.act(mina, { cmd: 'changePassword', provenHash: null, passwordHash: '' })
  expect(wrong.error).toMatchObject({ code: 'wrong_credentials', field: 'old' })
})

test('[faults S1] a changed password ends the other sessions, a reset all of them', async () => {
  const world = await openWorld()
  const mina = await world.signUp('Mina')
  const other = newStart(world)
  okOf(await signIn(world, 'mina', 'hash of Mina', other))
  const tokens = [tokenOf(mina), `token of ${other.session}`]
  const signedIn = () => Promise.all(tokens.map((token) => isSignedIn(world, token)))
  expect(await signedIn()).toEqual([true, true])
  okOf(await world.act(mina, { cmd: 'changePassword', provenHash: 'hash of Mina', passwordHash: 'h2' }))
  expect(await signedIn()).toEqual([true, false])
  const { secret } = okOf(await world.act(world.owner, { cmd: 'createReset', user: mina.user }))
  const fresh = newStart(world)
  okOf(await world.act(guest, { cmd: 'resetPassword', reset: String(secret), passwordHash: 'h3', start: fresh }))
  expect(await signedIn()).toEqual([false, false])
  expect(await isSignedIn(world, `token of ${fresh.session}`)).toBe(true)
})

test('[faults S12] a reset link works once, for a day, and not for the deactivated', async () => {
  const world = await openWorld()
  const mina = await world.signUp('Mina')
  const reset = async (user: UserId = mina.user) =>
    String(okOf(await world.act(world.owner, { cmd: 'createReset', user }))['secret'])
  const use = (secret: string) =>
    world.act(guest, { cmd: 'resetPassword', reset: secret, passwordHash: 'h', start: newStart(world) })
  const first = await reset()
  const both = await Promise.all([use(first), use(first)])
  expect(both.map(({ code }) => code ?? 'ok').toSorted()).toEqual(['link_invalid', 'ok'])
  const late = await reset()
  await world.clock.advance(24 * hourMs)
  expect((await use(late)).code).toBe('link_invalid')
  const gone = await reset()
  okOf(await world.act(world.owner, { cmd: 'deactivate', user: mina.user }))
  expect((await use(gone)).code).toBe('link_invalid')
})

test('[faults S1] deactivating ends sessions and tokens, and coming back brings none of them back', async () => {
  const world = await openWorld()
  const mina = await world.signUp('Mina')
  const { secret } = okOf(await world.act(mina, { cmd: 'createToken', name: 'bot' }))
  const signedIn = () => Promise.all([tokenOf(mina), String(secret)].map((token) => isSignedIn(world, token)))
  expect(await signedIn()).toEqual([true, true])
  okOf(await world.act(world.owner, { cmd: 'deactivate', user: mina.user }))
  expect(await signedIn()).toEqual([false, false])
  okOf(await world.act(world.owner, { cmd: 'reactivate', user: mina.user }))
  expect(await signedIn()).toEqual([false, false])
  okOf(await signIn(world, 'mina', 'hash of Mina'))
  expect((await world.act(world.owner, { cmd: 'deactivate', user: world.owner.user })).code).toBe('bad_input')
})

test('[faults S2] sessions and tokens of others are not there', async () => {
  const world = await openWorld()
  const [mina, joon] = [await world.signUp('Mina'), await world.signUp('Joon')]
  const { token } = okOf(await world.act(mina, { cmd: 'createToken', name: 'bot' }))
  expect((await world.act(joon, { cmd: 'endSession', session: mina.session })).code).toBe('not_found')
  expect((await world.act(joon, { cmd: 'endToken', token: tokenId(String(token)) })).code).toBe('not_found')
  expect((await world.act(joon, { cmd: 'endSession', session: sessionId('none') })).code).toBe('not_found')
  const end = world.envelope(mina, { cmd: 'endToken', token: tokenId(String(token)) })
  // [G9] A repeat is answered as the first time.
  expect(await world.batch(end)).toEqual([{ ok: {} }])
  expect(await world.batch(end)).toEqual([{ ok: {} }])
})

test('[G9] a repeat shows a link again, while nothing that is kept holds its secret [faults S15]', async () => {
  const world = await openWorld()
  const mina = await world.signUp('Mina')
  const asked = [
    world.envelope(mina, { cmd: 'createToken', name: 'bot' }),
    world.envelope(mina, { cmd: 'createInvite', uses: 1, hours: 1 }),
    world.envelope(world.owner, { cmd: 'createReset', user: mina.user }),
  ]
  const first = await world.batch(...asked)
  expect(await world.batch(...asked)).toEqual(first)
  const kept = ['outcomes', 'tokens', 'invites', 'resets'].flatMap((table) =>
    world.store.column(`select json_array(${columnsOf(world, table)}) from ${table}`),
  )
  for (const answered of first) {
    const code = String(okOf(answered)['secret']).split('.').at(-1) ?? ''
    expect(code).toHaveLength(32)
    expect(kept.join('\n')).not.toContain(code)
  }
  await world.store.forgetOutcomes({ beforeMs: world.clock.nowMs() + outcomeKeptMs, limit: 100 })
  expect((await world.batch(...asked))[0]).not.toEqual(first[0])
})

const columnsOf = (world: World, table: string): string =>
  world.store.column(`select name from pragma_table_info('${table}')`).join(', ')

test('[G9] what was written although the store said otherwise is answered as done, not done twice', async () => {
  const world = await openWorld()
  const lost = async (work: () => Promise<Answered>): Promise<Answered> => {
    world.store.on.afterCommit = failing(1)
    return timePassing(world.clock, work())
  }
  expect((await lost(() => signUp(world, 'mina'))).ok).toMatchObject({ user: { handle: 'mina' } })
  expect((await lost(() => signIn(world, 'mina', 'hash of mina'))).ok).toMatchObject({ user: { handle: 'mina' } })
  const joon = await world.signUp('Joon')
  const { secret } = okOf(await world.act(world.owner, { cmd: 'createReset', user: joon.user }))
  const use = { cmd: 'resetPassword', reset: String(secret), passwordHash: 'h', start: newStart(world) } as const
  expect((await lost(() => world.act(guest, use))).ok).toMatchObject({ user: { handle: 'joon' } })
  const change = { cmd: 'changePassword', provenHash: 'h', passwordHash: 'h2' } as const
  expect((await lost(() => world.act(joon, change))).ok).toEqual({})
  expect(world.store.column('select count(*) from users')).toEqual([3])
})
