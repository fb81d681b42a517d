/** What a client is told besides what it follows: bumps, heads, presence, names; and that holes heal [G4]. */

import { expect, test } from 'vitest'
import { rev, roomId, seq } from '../protocol/ids.ts'
import { mergeBumps } from './bumps.ts'
import { openTestGateway } from './testing/gateway.ts'
import { okOf } from './testing/world.ts'

async function yard() {
  const at = await openTestGateway()
  const mina = await at.world.signUp('Mina')
  const joon = await at.world.signUp('Joon')
  const room = await at.world.room(mina, 'private', joon)
  return { ...at, mina, joon, room }
}

const says = (body: string, room: string, id: string) => ({ type: 'do', commands: [{ id, cmd: 'send', room, body }] })

test('[G4] a room that is not open is bumped at once, and then at most once a second', async () => {
  const { enter, pass, mina, joon, room } = await yard()
  const [client, other] = [await enter(mina), await enter(joon)]
  await client.say(says('one', room, 'm1'))
  expect(other.of('bump')).toMatchObject([{ bumps: [{ room, lastSeq: 1, author: mina.user, mentions: [] }] }])
  await pass(750)
  await client.say(says('two', room, 'm2'))
  await client.say(says('three', room, 'm3'))
  expect(other.of('bump')).toHaveLength(1)
  // The tick of the first second comes too early for it.
  await pass(250)
  expect(other.of('bump')).toHaveLength(2)
  expect(other.of('bump')[1]).toMatchObject({ bumps: [{ lastSeq: 3 }] })
  await pass(3_000)
  expect(other.of('bump')).toHaveLength(2)
})

test('[G4] two bumps are never less than a second apart, wherever the tick falls', async () => {
  const { clock, enter, pass, settle, mina, joon, room } = await yard()
  const [client, other] = [await enter(mina), await enter(joon)]
  const at: number[] = []
  await pass(600)
  for (let step = 0; step < 60; step++) {
    const before = other.of('bump').length
    if (step % 2 === 0) await client.say(says('again', room, `m${step}`))
    await clock.advance(100)
    await settle()
    if (other.of('bump').length > before) at.push(clock.monotonicMs())
  }
  const gaps = at.slice(1).map((ms, index) => ms - (at[index] ?? 0))
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(900)
  expect(at.length).toBeGreaterThan(2)
})

test('mentions are told to the mentioned alone, and are kept while bumps wait', async () => {
  const { world, enter, pass, mina, joon, room } = await yard()
  const sora = await world.signUp('Sora')
  okOf(await world.act(mina, { cmd: 'invite', room, user: sora.user }))
  const [client, one, other] = [await enter(mina), await enter(joon), await enter(sora)]
  await client.say(says('hello', room, 'm1'))
  await client.say(says(`<@${joon.user}>?`, room, 'm2'))
  await client.say(says(`<@${joon.user}>!`, room, 'm3'))
  await client.say(says('bye', room, 'm4'))
  await pass(1_250)
  expect(one.of('bump')[1]).toMatchObject({ bumps: [{ lastSeq: 4, mentions: [2, 3] }] })
  expect(other.of('bump')[1]).toMatchObject({ bumps: [{ lastSeq: 4, mentions: [] }] })
})

test('a later bump says what an earlier one would have said', () => {
  const settings = { kind: 'settings', rev: rev(2), name: 'new', topic: '', visibility: 'public' } as const
  const bump = { room: roomId('r'), lastSeq: seq(1), lastRev: rev(2), author: null, mentions: [seq(1)], settings }
  const later = { ...bump, lastSeq: seq(5), lastRev: rev(9), mentions: [seq(1), seq(5)] }
  const { settings: _, ...plain } = later
  expect(mergeBumps(bump, plain)).toEqual({ ...later, settings })
  const many = { ...plain, mentions: Array.from({ length: 150 }, (_each, index) => seq(index + 1)) }
  expect(mergeBumps(bump, many).mentions).toHaveLength(99)
  expect(mergeBumps(bump, many).mentions.at(-1)).toBe(150)
})

test('[G4] a room that is open is not bumped; one that is closed tells what had not been written', async () => {
  const { enter, elsewhere, mina, joon, room } = await yard()
  const client = await enter(joon)
  await client.say({ type: 'follow', room, rev: 0 })
  await elsewhere(mina, { cmd: 'send', room, body: 'seen' })
  expect(client.of('bump')).toEqual([])
  client.stall()
  await elsewhere(mina, { cmd: 'send', room, body: 'not seen' })
  client.drain()
  // Closed before it could be read again.
  await client.say({ type: 'unfollow', room })
  expect(client.of('bump')).toMatchObject([{ bumps: [{ room, lastSeq: 2 }] }])
})

test('[G8] a stalled reader is not bumped, and hears it when it has drained', async () => {
  const { enter, elsewhere, pass, mina, joon, room } = await yard()
  const client = await enter(joon)
  client.stall()
  await elsewhere(mina, { cmd: 'send', room, body: `<@${joon.user}>` })
  await pass(3_000)
  expect(client.of('bump')).toEqual([])
  client.drain()
  await pass(1_000)
  expect(client.of('bump')).toMatchObject([{ bumps: [{ room, lastSeq: 1, mentions: [1] }] }])
})

test('[G4] somebody who arrives does not take a bump from the others', async () => {
  const { world, store, layer, enter, settle, mina, joon, room } = await yard()
  const client = await enter(joon)
  world.announced.length = 0
  await world.send(mina, room, `<@${joon.user}>`)
  // Committed, and still to be announced, when Mina reads where the room is.
  await enter(mina)
  const { announcer } = await import('./announce.ts')
  await announcer({ layer, clock: world.clock, report: () => {} })(world.announced)
  await settle()
  expect(client.of('bump')).toMatchObject([{ bumps: [{ lastSeq: 1, mentions: [1], author: mina.user }] }])
  expect(store.calls.read).toBeGreaterThan(0)
})

test('[G4] who is invited hears of the room from then on', async () => {
  const { world, enter, elsewhere, pass, mina } = await yard()
  const sora = await world.signUp('Sora')
  const other = await world.room(mina, 'private')
  const client = await enter(sora)
  await elsewhere(mina, { cmd: 'invite', room: other, user: sora.user })
  expect(client.of('rows')).toMatchObject([{ room: null, rows: [{ kind: 'membership', isMember: true }] }])
  await pass(1_000)
  await elsewhere(mina, { cmd: 'send', room: other, body: 'hello' })
  await pass(1_000)
  expect(client.of('bump').at(-1)).toMatchObject({ bumps: [{ room: other, lastSeq: 1 }] })
})

test('[G4] a lost announcement of an open room heals within 5 s', async () => {
  const { lost, enter, elsewhere, pass, mina, joon, room } = await yard()
  const client = await enter(joon)
  await client.say({ type: 'follow', room, rev: 0 })
  // Past the check whose slice of all rooms holds this one: what is open is looked at every time.
  await pass(6_000)
  lost.add(`room.${room}`)
  await elsewhere(mina, { cmd: 'send', room, body: 'lost' })
  expect(client.of('rows')).toEqual([])
  await pass(5_000)
  expect(client.of('page')).toMatchObject([{ room, rows: [{ kind: 'message', body: 'lost' }] }])
})

test('[G4] a lost announcement of a room that is not open heals within a minute', async () => {
  const { lost, enter, elsewhere, pass, mina, joon, room } = await yard()
  const client = await enter(joon)
  lost.add(`room.${room}`)
  await elsewhere(mina, { cmd: 'send', room, body: 'lost' })
  await pass(61_000)
  expect(client.of('bump')).toMatchObject([{ bumps: [{ room, lastSeq: 1 }] }])
})

test('[G4] a room that has run far ahead is still told of', async () => {
  const { world, lost, enter, elsewhere, pass, mina, joon, room } = await yard()
  const client = await enter(joon)
  lost.add(`room.${room}`)
  const send = () => world.envelope(mina, { cmd: 'send', room, body: 'again' })
  for (let round = 0; round < 11; round++) await world.batch(...Array.from({ length: 100 }, send))
  lost.clear()
  await elsewhere(mina, { cmd: 'send', room, body: 'heard' })
  await pass(2_000)
  expect(client.of('bump').at(-1)).toMatchObject({ bumps: [{ room, lastSeq: 1101 }] })
  expect(world.reports).toEqual([])
})

test('presence is told to those who watch, changes of a second together, and flickers are not', async () => {
  const { enter, pass, mina, joon } = await yard()
  const client = await enter(mina)
  await client.say({ type: 'watch', users: [joon.user, mina.user] })
  expect(client.of('presence')).toEqual([{ type: 'presence', users: [{ user: mina.user, presence: 'online' }] }])
  await pass(1_000)
  client.forget()
  const first = await enter(joon)
  await pass(1_000)
  expect(client.of('presence').at(-1)).toMatchObject({ users: [{ user: joon.user, presence: 'online' }] })
  // A reload, and a second device.
  await first.leave()
  await pass(3_000)
  const [again, device] = [await enter(joon), await enter(joon)]
  await again.leave()
  await pass(8_000)
  expect(client.of('presence')).toHaveLength(1)
  await device.leave()
  await pass(4_500)
  expect(client.of('presence')).toHaveLength(1)
  await pass(2_000)
  expect(client.of('presence').at(-1)).toMatchObject({ users: [{ user: joon.user, presence: 'offline' }] })
  await client.say({ type: 'watch', users: [] })
  await enter(joon)
  await pass(1_000)
  expect(client.of('presence')).toHaveLength(2)
})

test('a changed name is told to everybody, changes of a second together', async () => {
  const { connect, enter, elsewhere, pass, mina, joon } = await yard()
  const [client, silent] = [await enter(mina), connect()]
  await elsewhere(joon, { cmd: 'profile', name: 'J' })
  await elsewhere(joon, { cmd: 'profile', name: '준' })
  await pass(1_000)
  expect(client.of('user')).toMatchObject([{ user: { id: joon.user, name: '준' } }])
  expect(silent.frames).toEqual([])
})

test('a gateway that stops asks its clients to come back', async () => {
  const { gateway, enter, mina } = await yard()
  const client = await enter(mina)
  gateway.drain(100, 2_000)
  await gateway[Symbol.asyncDispose]()
  expect(client.of('drain')).toEqual([{ type: 'drain', afterMs: 100, jitterMs: 2_000 }])
  expect(client.closed()).toBe('draining')
})

test('sessions that are connected are noted as used', async () => {
  const { world, enter, pass, mina } = await yard()
  await enter(mina)
  await pass(5 * 60_000)
  const session = await world.fact({ need: 'session', session: mina.session })
  expect((session?.seenAtMs ?? 0) - (session?.startedAtMs ?? 0)).toBeGreaterThanOrEqual(5 * 60_000)
})
