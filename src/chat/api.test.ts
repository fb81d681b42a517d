/** The HTTP door: who is let in, what is answered, and in which words [faults S2 S3 S13]. */

import { expect, test } from 'vitest'
import { commandId } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { bearer, browser, openDoor, ourOrigin } from './testing/door.ts'
import { okOf, tokenOf } from './testing/world.ts'

async function yard(options?: Parameters<typeof openDoor>[0]) {
  const door = await openDoor(options)
  const mina = await door.world.signUp('Mina')
  const room = await door.world.room(mina, 'private')
  return { ...door, mina, room, asMina: bearer(tokenOf(mina)) }
}

test('a command is done for whoever holds a token, by its name in the path', async () => {
  const { post, asMina, room } = await yard()
  const answer = await post('/commands/send', { room, body: 'hello' }, asMina)
  expect(answer).toMatchObject({ status: 200, body: { seq: 1 } })
  expect(answer.headers.get('cache-control')).toBe('no-store, private')
  expect(answer.headers.get('content-type')).toContain('application/json')
})

test('[G9] the Idempotency-Key is the id: the same key is the same command, with another body a conflict', async () => {
  const { world, post, asMina, room } = await yard()
  const headers = { ...asMina, 'idempotency-key': 'key-1' }
  expect((await post('/commands/send', { room, body: 'once' }, headers)).body).toEqual({ seq: 1 })
  expect((await post('/commands/send', { room, body: 'once' }, headers)).body).toEqual({ seq: 1 })
  const other = await post('/commands/send', { room, body: 'twice', id: 'mine', cmd: 'leave' }, headers)
  expect(other).toMatchObject({ status: 409, body: { code: 'conflict', first: { id: 'key-1', seq: 1 } } })
  expect(world.store.column('select id from messages')).toEqual(['key-1'])
  const bad = await post('/commands/send', { room, body: 'x' }, { ...asMina, 'idempotency-key': 'a b' })
  expect(bad).toMatchObject({ status: 400, body: { field: 'id' } })
})

test('errors are problem details, each with its status, and no stack', async () => {
  const { world, post, request, mina, asMina, room } = await yard()
  const sora = await world.signUp('Sora')
  const as = bearer(tokenOf(sora))
  await world.act(mina, { cmd: 'cancel', room, target: commandId('gone') })
  const gone = await post('/commands/send', { room, body: 'x' }, { ...asMina, 'idempotency-key': 'gone' })
  const answers = [
    [await post('/commands/send', { room, body: 'x' }), 401, 'unauthenticated'],
    [await post('/commands/send', { room, body: 'x' }, as), 404, 'not_found'],
    [await post('/commands/createReset', { user: mina.user }, as), 403, 'forbidden'],
    [await post('/commands/send', { room }, as), 400, 'bad_input'],
    [await post('/commands/nonsense', {}, as), 400, 'bad_input'],
    [await post('/commands/signIn', { handle: 'x', password: 'y' }, as), 400, 'bad_input'],
    [await post('/commands/topic', { room, topic: 'x'.repeat(251) }, asMina), 413, 'too_long'],
    [gone, 409, 'cancelled'],
    [await request('/nowhere'), 404, 'not_found'],
    [await request('/queries/history?room=none&limit=1&before=1', { headers: as }), 404, 'not_found'],
  ] as const
  for (const [answer, status, code] of answers) {
    expect(answer).toMatchObject({ status, body: { status, code, type: `urn:madang:error:${code}`, temporary: false } })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('cache-control')).toBe('no-store, private')
    expect(JSON.stringify(answer.body)).not.toMatch(/\.ts|at /)
  }
})

test('[faults S5] a body that is no JSON object is refused, not fallen over', async () => {
  const { post, asMina } = await yard()
  for (const body of ['', 'x', '[]', 'null', '1', '"text"', '{"room":', '['.repeat(10_000), '{"__proto__":{"a":1}}']) {
    expect((await post('/commands/send', body, asMina)).status).toBe(400)
    expect((await post('/sign-in', body)).status).toBe(400)
  }
})

test('[faults S4] a body over the limit is refused, also when it does not say how long it is', async () => {
  const { request, post, asMina, room } = await yard()
  const body = JSON.stringify({ room, body: 'x'.repeat(limits.frameBytesMax) })
  expect(await post('/commands/send', body, asMina)).toMatchObject({ status: 413, body: { limit: 'frameBytesMax' } })
  const stream = new Blob([body]).stream()
  const init = { method: 'POST', body: stream, headers: asMina, duplex: 'half' as const }
  expect(await request('/commands/send', init)).toMatchObject({ status: 413, body: { code: 'too_long' } })
})

test('[faults S5] a server that is in trouble says so, and tells nothing else', async () => {
  const { world, post, asMina, room } = await yard()
  world.store.on.beforeRead = () => {
    throw new Error('secret detail')
  }
  const answer = await post('/commands/send', { room, body: 'x' }, asMina)
  expect(answer).toMatchObject({ status: 500, body: { code: 'internal', temporary: true } })
  expect(JSON.stringify(answer.body)).not.toContain('secret')
})

test('[faults S4] a full queue answers 503 with Retry-After', async () => {
  const { post, asMina, room } = await yard({ commandsMax: 0 })
  const answer = await post('/commands/send', { room, body: 'x' }, asMina)
  expect(answer).toMatchObject({ status: 503, body: { code: 'overloaded', retryAfterMs: 1_500 } })
  expect(answer.headers.get('retry-after')).toBe('2')
})

test('[faults S13] with a cookie, a command must come from a page of ours', async () => {
  const { world, post, mina, room } = await yard()
  const cookie = { cookie: `madang_session=${tokenOf(mina)}` }
  const says = { room, body: 'x' }
  for (const headers of [
    cookie,
    { ...cookie, origin: 'https://evil.test' },
    { ...cookie, origin: 'null' },
    { ...cookie, origin: `${ourOrigin}.evil.test` },
    { ...cookie, origin: 'http://chat.test:81' },
    // A browser sends these by itself for a URL with a name in it: they are no proof of a program.
    { ...cookie, authorization: 'Basic bWluYTo=' },
    { ...cookie, authorization: 'Bearer' },
  ]) {
    expect(await post('/commands/send', says, headers)).toMatchObject({ status: 403, body: { code: 'bad_origin' } })
    expect((await post('/sign-out', {}, headers)).status).toBe(403)
    expect((await post('/sign-in', { handle: 'mina', password: 'Mina' }, headers)).status).toBe(403)
  }
  expect(world.store.column('select count(*) from messages')).toEqual([0])
  expect((await post('/commands/send', says, browser(tokenOf(mina)))).status).toBe(200)
})

test('[faults S3] a bearer token is enough for a program, a wrong one is refused although there is a cookie', async () => {
  const { world, post, mina, room } = await yard()
  const { secret } = okOf(await world.act(mina, { cmd: 'createToken', name: 'bot' }))
  expect((await post('/commands/send', { room, body: 'x' }, bearer(String(secret)))).status).toBe(200)
  expect(
    (await post('/commands/send', { room, body: 'x' }, { authorization: `bearer ${String(secret)}` })).status,
  ).toBe(200)
  const both = { ...browser(tokenOf(mina)), ...bearer('wrong') }
  expect((await post('/commands/send', { room, body: 'x' }, both)).status).toBe(401)
  expect((await post('/commands/send', { room, body: 'x' }, browser('wrong'))).status).toBe(401)
})

test('signing in sets a cookie that signs in; signing out ends the session and takes it back', async () => {
  const { post, request } = await yard()
  const page = { origin: ourOrigin, 'user-agent': 'b'.repeat(300) }
  const signedIn = await post('/sign-in', { handle: 'MINA', password: 'Mina' }, page)
  expect(signedIn).toMatchObject({ status: 200, body: { user: { handle: 'mina' } } })
  expect(signedIn.headers.get('set-cookie')).toMatch(/; Path=\/; HttpOnly; SameSite=Lax; Max-Age=7776000$/)
  const token = String(signedIn.cookie)
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(signedIn.body).not.toHaveProperty('token')
  const as = { headers: browser(token) }
  expect((await request('/server', as)).body).toMatchObject({ isSetUp: true, user: { handle: 'mina' } })
  const { body } = await request('/queries/sessions', as)
  expect(body).toMatchObject({ sessions: [{}, { agent: 'b'.repeat(200) }] })
  const out = await post('/sign-out', {}, browser(token))
  expect(out).toMatchObject({ status: 204, cookie: '' })
  expect((await request('/server', as)).body).toMatchObject({ user: null })
  expect((await request('/queries/sessions', as)).status).toBe(401)
})

test('[faults S1] who could not be signed out is not told that they were', async () => {
  const { world, post, mina } = await yard()
  world.store.on.beforeLoad = () => {
    throw new Error('no store')
  }
  const out = await post('/sign-out', {}, browser(tokenOf(mina)))
  expect(out).toMatchObject({ status: 503, body: { temporary: true }, cookie: null })
})

test('[faults S3] behind a proxy that ends TLS the cookie is still for TLS alone', async () => {
  const { post } = await yard()
  const signedIn = await post('/sign-in', { handle: 'mina', password: 'Mina' }, { origin: 'https://chat.test' })
  expect(signedIn.headers.get('set-cookie')).toMatch(/; Secure$/)
})

test('[faults S12] a wrong name and a wrong password are answered with the same words', async () => {
  const { post } = await yard()
  const one = await post('/sign-in', { handle: 'mina', password: 'wrong' })
  const other = await post('/sign-in', { handle: 'nobody', password: 'wrong' })
  expect(one).toMatchObject({ status: 401, cookie: null, body: { code: 'wrong_credentials' } })
  expect(other.body).toEqual(one.body)
})

test('[faults S12] accounts come through the door as through the table, and their passwords never reach the queue', async () => {
  const { world, post } = await yard()
  const account = { handle: 'sora', name: 'Sora', password: 'long enough' }
  const signedUp = await post('/sign-up', account)
  expect(signedUp).toMatchObject({ status: 200, body: { user: { handle: 'sora' } }, cookie: expect.any(String) })
  expect((await post('/sign-up', account)).body).toMatchObject({ code: 'name_taken', field: 'handle' })
  expect((await post('/sign-up', { ...account, password: 'short' })).body).toMatchObject({ field: 'password' })
  const secret = world.secrets.secretOf('setup', 'owner')
  expect((await post('/set-up', { ...account, secret })).status).toBe(409)
  const reset = okOf(await world.act(world.owner, { cmd: 'createReset', user: world.owner.user }))['secret']
  const done = await post('/reset-password', { reset, password: 'another one' })
  expect(done).toMatchObject({ status: 200, cookie: expect.any(String) })
  expect((await post('/reset-password', { reset, password: 'another one' })).status).toBe(410)
  const change = { old: 'wrong', new: 'long enough' }
  expect((await post('/commands/changePassword', change, bearer(String(done.cookie)))).status).toBe(401)
})

test('[faults S12] guesses are slowed down by name and by address, and told when to go on', async () => {
  const { world, post } = await yard({ rateLimits: true })
  const guess = () => post('/sign-in', { handle: 'mina', password: 'wrong' })
  for (let count = 0; count < 10; count++) expect((await guess()).status).toBe(401)
  const slowed = await guess()
  expect(slowed).toMatchObject({ status: 429, body: { code: 'too_fast', temporary: true } })
  expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0)
  await world.clock.advance(6_000)
  expect((await guess()).status).toBe(401)
  expect((await guess()).status).toBe(429)
})

test('[faults S4] commands and queries have a rate, each person their own', async () => {
  const { world, post, request, asMina, room } = await yard({ rateLimits: true })
  const statuses: number[] = []
  for (let count = 0; count <= limits.commandsBurst * 2; count++) {
    statuses.push((await post('/commands/topic', { room, topic: `${count}` }, asMina)).status)
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(limits.commandsBurst * 2)
  const slowed = await request('/queries/sessions', { headers: asMina })
  expect(slowed).toMatchObject({ status: 429, body: { limit: 'queriesPerSecond' } })
  expect(slowed.headers.get('retry-after')).toBe('1')
  const others = { headers: bearer(tokenOf(world.owner)) }
  expect((await request('/queries/sessions', others)).status).toBe(200)
})

test('queries take their fields from the URL: numbers, lists, and nothing that is not theirs', async () => {
  const { world, request, mina, asMina, room } = await yard()
  for (const body of ['one', 'two', 'three']) await world.send(mina, room, body)
  const get = (path: string) => request(`/queries/${path}`, { headers: asMina })
  expect((await get(`history?room=${room}&limit=2&before=3`)).body).toMatchObject({
    messages: [{ seq: 1 }, { seq: 2 }],
  })
  expect((await get(`history?room=${room}&limit=2&after=1`)).body).toMatchObject({ messages: [{ seq: 2 }, { seq: 3 }] })
  expect((await get(`users?ids=${mina.user},${world.owner.user}`)).body).toMatchObject({ users: [{}, {}] })
  expect((await get('people?after=')).body).toMatchObject({ code: 'bad_input', field: 'after' })
  expect((await get('people')).body).toMatchObject({ users: expect.any(Array), isLast: true })
  for (const bad of [
    'limit=x&before=1',
    'limit=1.5&before=1',
    'limit=-1&before=1',
    'limit=1&before=1&after=1',
    'limit=1',
  ]) {
    expect((await get(`history?room=${room}&${bad}`)).status).toBe(400)
  }
  expect((await get('tokens?__proto__=x')).body).toMatchObject({ field: '__proto__' })
  expect((await get('sessions?query=invites')).body).toHaveProperty('sessions')
  expect((await request('/queries/people')).status).toBe(401)
})
