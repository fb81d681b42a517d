/** Whoever may read no more is told so, and gets nothing more [G6] [faults S1]. */

import { expect, test } from 'vitest'
import { sessionId, tokenId } from '../protocol/ids.ts'
import { openTestGateway } from './testing/gateway.ts'
import { guest, newStart, okOf, tokenOf } from './testing/world.ts'

async function yard() {
  const at = await openTestGateway()
  const mina = await at.world.signUp('Mina')
  const joon = await at.world.signUp('Joon')
  const room = await at.world.room(mina, 'private', joon)
  return { ...at, mina, joon, room }
}

test('[G6] signing out closes that session at once, and no other', async () => {
  const { world, enter, elsewhere, mina } = await yard()
  const start = newStart(world)
  okOf(await world.act(guest, { cmd: 'signIn', handle: 'mina', provenHash: 'hash of Mina', start }))
  const [first, second] = [await enter(mina), await enter(mina, `token of ${start.session}`)]
  await elsewhere(mina, { cmd: 'endSession', session: sessionId(start.session) })
  expect([first.closed(), second.closed()]).toEqual([null, 'session_ended'])
})

test('[G6] a changed password closes the other sessions, a reset all of them', async () => {
  const { world, enter, elsewhere, mina } = await yard()
  const start = newStart(world)
  okOf(await world.act(guest, { cmd: 'signIn', handle: 'mina', provenHash: 'hash of Mina', start }))
  const [first, second] = [await enter(mina), await enter(mina, `token of ${start.session}`)]
  await elsewhere(mina, { cmd: 'changePassword', provenHash: 'hash of Mina', passwordHash: 'h' })
  expect([first.closed(), second.closed()]).toEqual([null, 'session_ended'])
  const { secret } = okOf(await world.act(world.owner, { cmd: 'createReset', user: mina.user }))
  const reset = { cmd: 'resetPassword', reset: String(secret), passwordHash: 'h', start: newStart(world) } as const
  await elsewhere(guest, reset)
  expect(first.closed()).toBe('session_ended')
})

test('[G6] a person who is deactivated is told so, on every connection', async () => {
  const { world, enter, elsewhere, mina, joon } = await yard()
  const clients = [await enter(mina), await enter(mina)]
  const other = await enter(joon)
  await elsewhere(world.owner, { cmd: 'deactivate', user: mina.user })
  expect(clients.map((client) => client.closed())).toEqual(['deactivated', 'deactivated'])
  expect(other.closed()).toBeNull()
})

test('[G6] an ended personal token closes its connection, though no row tells of tokens', async () => {
  const { world, enter, elsewhere, mina } = await yard()
  const { token, secret } = okOf(await world.act(mina, { cmd: 'createToken', name: 'bot' }))
  const [bot, person] = [await enter(mina, String(secret)), await enter(mina)]
  await elsewhere(mina, { cmd: 'endToken', token: tokenId(String(token)) })
  expect([bot.closed(), person.closed()]).toEqual(['session_ended', null])
})

test('[G6] an ended session that was never announced is found at the next check', async () => {
  const { world, enter, pass, mina } = await yard()
  const client = await enter(mina)
  okOf(await world.act(mina, { cmd: 'endSession', session: mina.session }))
  await pass(4_500)
  expect(client.closed()).toBeNull()
  await pass(1_000)
  expect(client.closed()).toBe('session_ended')
})

test('[G6] nothing of a room is delivered once somebody was removed, not even from the same batch', async () => {
  const { world, enter, elsewhere, mina, joon, room } = await yard()
  const client = await enter(joon)
  await client.say({ type: 'follow', room, rev: 0 })
  client.forget()
  await elsewhere(mina, { cmd: 'remove', room, user: joon.user })
  await elsewhere(mina, { cmd: 'send', room, body: 'behind their back' })
  expect(client.of('unfollowed')).toMatchObject([{ room, error: { code: 'not_found' } }])
  expect(client.of('rows').filter((frame) => frame.room === room)).toEqual([])
  expect(client.of('bump')).toEqual([])
  expect(client.of('rows')).toMatchObject([{ room: null, rows: [{ kind: 'membership', isMember: false }] }])
  await client.say({ type: 'query', id: 'q', query: { query: 'history', room, limit: 9, after: 0 } })
  expect(client.of('reply')).toMatchObject([{ error: { code: 'not_found' } }])
  expect(world.reports).toEqual([])
})

test('[G6] a removal whose announcement to the person is lost still ends their following', async () => {
  const { lost, enter, elsewhere, mina, joon, room } = await yard()
  const client = await enter(joon)
  await client.say({ type: 'follow', room, rev: 0 })
  client.forget()
  lost.add(`user.${joon.user}`)
  await elsewhere(mina, { cmd: 'remove', room, user: joon.user })
  await elsewhere(mina, { cmd: 'send', room, body: 'behind their back' })
  await elsewhere(mina, { cmd: 'rename', room, name: 'secret' })
  expect(client.of('unfollowed')).toMatchObject([{ room }])
  expect(client.of('rows')).toEqual([])
  expect(client.of('bump')).toEqual([])
})

test('[G6] whoever was removed and brought back in one breath stays', async () => {
  const { world, enter, settle, connect, mina, joon, room } = await yard()
  const client = await enter(joon)
  await client.say({ type: 'follow', room, rev: 0 })
  const owner = connect()
  await owner.say({ type: 'hello', token: tokenOf(mina) })
  const commands = [
    { id: 'a', cmd: 'remove', room, user: joon.user },
    { id: 'b', cmd: 'invite', room, user: joon.user },
    { id: 'c', cmd: 'send', room, body: 'welcome back' },
  ]
  await owner.say({ type: 'do', commands })
  await settle()
  expect(client.of('unfollowed')).toEqual([])
  const told = client.of('rows').flatMap((frame) => frame.rows)
  expect(told).toContainEqual(expect.objectContaining({ kind: 'message', body: 'welcome back' }))
  expect(world.reports).toEqual([])
})

test('[G6] a session that is ended while its hello is looked into is not let in', async () => {
  const { store, world, connect, elsewhere, settle, mina } = await yard()
  const release = Promise.withResolvers<void>()
  // The first reading is answered as it was; meanwhile the session is ended, and announced to nobody yet.
  store.on.afterRead = () => {
    store.on.afterRead = () => {}
    return release.promise
  }
  const client = connect()
  const greeting = client.say({ type: 'hello', token: tokenOf(mina) })
  await settle()
  await elsewhere(mina, { cmd: 'endSession', session: mina.session })
  release.resolve()
  await greeting
  await settle()
  expect(client.closed()).toBe('session_ended')
  expect(client.frames).toEqual([])
  expect(world.reports).toEqual([])
})

test('[G6] a room that was lost while a hello is looked into is not bumped', async () => {
  const { store, connect, elsewhere, settle, pass, mina, joon, room } = await yard()
  const release = Promise.withResolvers<void>()
  store.on.afterRead = () => {
    store.on.afterRead = () => {}
    return release.promise
  }
  const client = connect()
  const greeting = client.say({ type: 'hello', token: tokenOf(joon) })
  await settle()
  await elsewhere(mina, { cmd: 'remove', room, user: joon.user })
  release.resolve()
  await greeting
  await settle()
  expect(client.of('welcome')).toMatchObject([{ rooms: [] }])
  await elsewhere(mina, { cmd: 'send', room, body: 'secret' })
  await elsewhere(mina, { cmd: 'rename', room, name: 'secret' })
  await pass(3_000)
  expect(client.of('bump')).toEqual([])
})

test('[G6] a gateway that cannot look for 30 s closes, whether the store fails or never answers', async () => {
  for (const trouble of [() => Promise.reject(new Error('no store')), () => new Promise<void>(() => {})]) {
    const { store, enter, pass, mina } = await yard()
    const client = await enter(mina)
    store.on.beforeRead = trouble
    await pass(29_000)
    expect(client.closed()).toBeNull()
    await pass(7_000)
    expect(client.closed()).toBe('overloaded')
  }
})

test('[G6] what is still in a message of a connection that was closed is not done', async () => {
  const { world, connect, mina, room } = await yard()
  const client = connect()
  const frames = [
    { type: 'hello', token: tokenOf(mina) },
    { type: 'hello', token: tokenOf(mina) },
  ]
  await client.say(...frames, { type: 'do', commands: [{ id: 'm1', cmd: 'send', room, body: 'too late' }] })
  expect(client.closed()).toBe('protocol_error')
  expect(world.store.column('select count(*) from messages')).toEqual([0])
})
