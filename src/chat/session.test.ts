/** The conversation with one client: hello, follow, do, query, and what is refused. */

import { expect, test } from 'vitest'
import { seq } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { openTestGateway } from './testing/gateway.ts'
import { failing } from './testing/test-store.ts'
import { okOf, tokenOf } from './testing/world.ts'

async function yard(options?: Parameters<typeof openTestGateway>[0]) {
  const at = await openTestGateway(options)
  const mina = await at.world.signUp('Mina')
  const joon = await at.world.signUp('Joon')
  const room = await at.world.room(mina, 'private', joon)
  return { ...at, mina, joon, room }
}

const many = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

const send = (id: string, room: string, body = 'hello') => ({ type: 'do', commands: [{ id, cmd: 'send', room, body }] })

test('a hello is welcomed with who one is and where one is a member', async () => {
  const { enter, mina, room } = await yard()
  const client = await enter(mina)
  expect(client.frames[0]).toMatchObject({
    type: 'welcome',
    user: { id: mina.user, handle: 'mina' },
    session: mina.session,
    rooms: [{ room: { id: room }, isMember: true, role: 'owner' }],
    isLast: true,
    limits,
  })
  expect(client.closed()).toBeNull()
})

test('[faults S3] a hello without a token, or with a wrong one, is closed as unauthenticated', async () => {
  const { connect, mina } = await yard()
  for (const hello of [{}, { token: 'wrong' }, { token: '' }, { token: `${tokenOf(mina)} ` }]) {
    const client = connect()
    await client.say({ type: 'hello', ...hello })
    expect(client.closed()).toBe('unauthenticated')
    expect(client.frames).toEqual([])
  }
})

test('[faults S3] the cookie of the request speaks for a browser, a personal token for a program', async () => {
  const { world, connect, enter, mina } = await yard()
  const browser = connect({ cookie: `madang_session=${tokenOf(mina)}` })
  await browser.say({ type: 'hello' })
  expect(browser.of('welcome')).toHaveLength(1)
  const { secret, token } = okOf(await world.act(mina, { cmd: 'createToken', name: 'bot' }))
  const bot = await enter(mina, String(secret))
  expect(bot.of('welcome')).toMatchObject([{ session: token }])
})

test('[faults S3] before the hello nothing else is listened to, and after it no second one', async () => {
  const { connect, enter, mina, room } = await yard()
  const early = connect()
  await early.say({ type: 'ping' }, { type: 'pong' })
  expect(early.frames).toEqual([{ type: 'pong' }])
  await early.say({ type: 'follow', room, rev: 0 })
  expect(early.closed()).toBe('protocol_error')
  const twice = await enter(mina)
  await twice.say({ type: 'hello', token: tokenOf(mina) }, send('m1', room))
  expect(twice.closed()).toBe('protocol_error')
  expect(twice.of('reply')).toEqual([])
})

test('frames that come with the hello are done after the welcome, in order; too many are too fast', async () => {
  const { connect, mina, room } = await yard()
  const client = connect()
  await client.say({ type: 'hello', token: tokenOf(mina) }, send('m1', room), send('m2', room), { type: 'ping' })
  expect(client.frames[0]?.type).toBe('welcome')
  expect(client.of('reply')).toMatchObject([
    { re: 'm1', ok: { seq: 1 } },
    { re: 'm2', ok: { seq: 2 } },
  ])
  const hasty = connect()
  await hasty.say({ type: 'hello', token: tokenOf(mina) }, ...Array.from({ length: 17 }, () => ({ type: 'ping' })))
  expect(hasty.closed()).toBe('too_fast')
})

test('a connection that closes while its hello is looked into leaves nothing behind', async () => {
  const { store, gateway, hub, connect, settle, pass, mina } = await yard()
  const before = hub.stats().followers
  const release = Promise.withResolvers<void>()
  store.on.beforeRead = () => release.promise
  const client = connect()
  const greeting = client.say({ type: 'hello', token: tokenOf(mina) })
  await settle()
  await client.leave()
  release.resolve()
  await greeting
  await pass(6_000)
  expect(client.frames).toEqual([])
  expect(hub.stats().followers).toBe(before)
  expect(gateway.presence.presenceOf(mina.user)).toBe('offline')
})

test('[faults S5] what is no frame closes; a frame with a mistake is told, and the connection goes on', async () => {
  const { enter, mina, room } = await yard()
  const client = await enter(mina)
  await client.say({ type: 'follow', room: '../x', rev: 0 }, { type: 'nonsense' }, { type: 'ping' })
  expect(client.of('error')).toMatchObject([
    { error: { code: 'bad_input', field: 'room' } },
    { error: { code: 'bad_input', field: 'type' } },
  ])
  expect(client.of('pong')).toHaveLength(1)
  await client.tell('{"type":')
  expect(client.of('error').at(-1)).toMatchObject({ error: { code: 'bad_frame' } })
  expect(client.closed()).toBe('protocol_error')
  await client.say(send('m1', room))
  expect(client.of('reply')).toEqual([])
})

test('[Q4] each command of a frame is answered, the refused ones by themselves', async () => {
  const { enter, mina, room } = await yard()
  const client = await enter(mina)
  const commands = [
    { id: 'a', cmd: 'send', room, body: 'one' },
    { id: 'b', cmd: 'send', room, body: '' },
    { id: 'c', cmd: 'signIn', handle: 'mina', password: 'x' },
    { id: 'd', cmd: 'send', room, body: 'two' },
  ]
  await client.say({ type: 'do', commands })
  const replies = new Map(client.of('reply').map((reply) => [String(reply.re), reply]))
  expect(replies.get('a')).toMatchObject({ ok: { seq: 1 } })
  expect(replies.get('b')).toMatchObject({ error: { code: 'bad_input', field: 'body' } })
  expect(replies.get('c')).toMatchObject({ error: { code: 'bad_input', field: 'cmd' } })
  expect(replies.get('d')).toMatchObject({ ok: { seq: 2 } })
  await client.say({ type: 'query', id: 'q1', query: { query: 'history', room, limit: 10, after: 0 } })
  await client.say({ type: 'query', id: 'q2', query: { query: 'history', room, limit: 0, after: 0 } })
  expect(client.of('reply').slice(-2)).toMatchObject([
    { re: 'q1', ok: { messages: [{ body: 'one' }, { body: 'two' }] } },
    { re: 'q2', error: { field: 'query.limit' } },
  ])
})

test('[Q4] a command that we fail over is answered, too, and so is a query', async () => {
  const { store, enter, mina, world } = await yard()
  const client = await enter(mina)
  Object.assign(store.on, { beforeLoad: failing(9), beforeRead: failing(9) })
  const change = { id: 'p1', cmd: 'changePassword', old: 'x', new: 'long enough' }
  await client.say({ type: 'do', commands: [change] }, { type: 'query', id: 'q1', query: { query: 'people' } })
  expect(client.of('reply')).toMatchObject([
    { re: expect.any(String), error: { temporary: true } },
    { re: expect.any(String), error: { temporary: true } },
  ])
  expect(world.reports).toContain('command failed')
})

test('[G4] follow 0 brings a snapshot, a later rev the changes since, and then what happens', async () => {
  const { enter, mina, joon, room } = await yard()
  const [client, other] = [await enter(mina), await enter(joon)]
  await client.say({ type: 'follow', room, rev: 0 })
  const [snapshot] = client.of('snapshot')
  expect(snapshot).toMatchObject({ room, members: expect.any(Array), messages: [], memberCount: 2 })
  await other.say(send('m1', room))
  expect(client.of('rows')).toMatchObject([{ room, rows: [{ kind: 'message', seq: 1 }] }])
  const again = await enter(mina)
  await again.say({ type: 'follow', room, rev: snapshot?.rev })
  expect(again.of('page')).toMatchObject([{ room, rows: [{ kind: 'message', seq: 1 }], isLast: true }])
  await again.say({ type: 'follow', room, rev: 999 })
  expect(again.of('snapshot')).toMatchObject([{ lastSeq: 1 }])
})

test('[faults S2] a room that one is not in cannot be followed, and typing into it reaches nobody', async () => {
  const { world, enter, mina, room } = await yard()
  const outsider = await enter(await world.signUp('Outside'))
  const member = await enter(mina)
  await member.say({ type: 'follow', room, rev: 0 })
  // In one message, so that the typing is there before the answer to the follow.
  await outsider.say({ type: 'follow', room, rev: 0 }, { type: 'typing', room }, { type: 'typing', room })
  expect(outsider.of('unfollowed')).toMatchObject([{ room, error: { code: 'not_found' } }])
  expect(outsider.of('snapshot')).toEqual([])
  expect(member.of('typing')).toEqual([])
})

test('typing is told to the others who have the room open', async () => {
  const { enter, mina, joon, room } = await yard()
  const [client, other] = [await enter(mina), await enter(joon)]
  for (const each of [client, other]) await each.say({ type: 'follow', room, rev: 0 })
  await client.say({ type: 'typing', room })
  expect(other.of('typing')).toEqual([{ type: 'typing', room, user: mina.user }])
  expect(client.of('typing')).toEqual([])
})

test('[faults S4] too many commands, queries and follows are slowed down, and told when to go on', async () => {
  const { enter, mina, room } = await yard({ rateLimits: true })
  const client = await enter(mina)
  for (const id of many('m', limits.commandsBurst + 1)) await client.say(send(id, room))
  expect(client.of('reply').at(-1)).toMatchObject({
    re: `m${limits.commandsBurst}`,
    error: { code: 'too_fast', temporary: true, limit: 'commandsPerSecond', retryAfterMs: expect.any(Number) },
  })
  for (const id of many('q', limits.queriesBurst + 1)) {
    await client.say({ type: 'query', id, query: { query: 'sessions' } })
  }
  expect(client.of('reply').at(-1)).toMatchObject({ error: { code: 'too_fast', limit: 'queriesPerSecond' } })
  for (const _ of many('f', 210)) await client.say({ type: 'follow', room, rev: 0 })
  expect(client.closed()).toBe('too_fast')
})

test('[faults S4] only so many rooms are followed at once', async () => {
  const { enter, mina } = await yard()
  const client = await enter(mina)
  const follows = Array.from({ length: limits.roomsFollowedMax + 1 }, (_, index) => `r${index}`)
  // Asked for in one go, before any of them is denied.
  for (const part of [follows.slice(0, 30), follows.slice(30)]) {
    void client.say(...part.map((room) => ({ type: 'follow', room, rev: 0 })))
  }
  await client.say({ type: 'ping' })
  const limited = client.of('unfollowed').filter(({ error }) => error.limit === 'roomsFollowedMax')
  expect(limited).toMatchObject([{ room: `r${limits.roomsFollowedMax}` }])
})

test('a heartbeat carries the revs that were delivered', async () => {
  const at = await openTestGateway()
  const mina = await at.world.signUp('Mina')
  const room = await at.world.room(mina, 'private')
  const client = at.connect()
  await client.say({ type: 'hello', token: tokenOf(mina) }, { type: 'follow', room, rev: 0 })
  await client.say(send('m1', room))
  const record = await at.world.fact({ need: 'room', room })
  expect(record).toMatchObject({ lastSeq: seq(1) })
  const person = await at.world.fact({ need: 'user', user: mina.user })
  expect(client.heartbeat()).toEqual({ type: 'ping', rev: person?.lastRev, heads: { [room]: record?.lastRev } })
})
