import { expect, test } from 'vitest'

import { manualClock } from '../testing/manual-clock.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { toLayerMessage } from './stream-event.ts'
import { fakeConnection, gate, openFakedHub, revOf, settle } from './fakes.ts'
import type { HubOptions } from './stream-home.ts'

const openTestHub = (options: Partial<HubOptions> = {}) =>
  openFakedHub({ clock: manualClock(), random: seededRandom(1) }, options)

const room = 'room.a'

const broken = () => {
  throw new Error('broken')
}

/** A hub and a live follower of a room at rev 0. */
async function withLiveFollower(options: Partial<HubOptions> = {}) {
  const opened = openTestHub({ hotFlushMs: 0, ...options })
  const connection = fakeConnection()
  const { follower, ends } = opened.follower(connection)
  const following = opened.hub.follow(room, follower, 0)
  await settle()
  connection.texts.length = 0
  return { ...opened, connection, following, ends }
}

test('[G3] events are delivered once, in order, and a repeat or an older one is dropped', async () => {
  const { hub, layer, commit, connection, following } = await withLiveFollower()
  const [first, second] = [commit(room), commit(room)]
  for (const event of [first, second, second, first]) layer.deliver(room, toLayerMessage(event))
  await settle()
  expect(connection.texts).toEqual(['live 1-1', 'live 2-2'])
  expect(connection.writes(), 'one write for what a tick brings').toBe(1)
  expect(following.rev()).toBe(2)
  await hub[Symbol.asyncDispose]()
})

test('[G4] a hole is healed from the log with one reading for all live followers', async () => {
  const { hub, log, announce, commit, connection, follower } = await withLiveFollower()
  const other = fakeConnection(2)
  hub.follow(room, follower(other).follower, 0)
  await settle()
  other.texts.length = 0
  commit(room) // Lost.
  announce(room)
  await settle()
  expect(connection.texts).toEqual(['page 1-2'])
  expect(other.texts).toEqual(['page 1-2'])
  expect(log.reads).toBe(1)
  expect(hub.stats().holesHealed).toBe(1)
  await hub[Symbol.asyncDispose]()
})

test('[G4] events in the wrong order arrive complete, with those held meanwhile', async () => {
  const { hub, log, layer, commit, connection } = await withLiveFollower()
  const held = gate()
  log.end = held.wait
  const events = [commit(room), commit(room), commit(room)]
  layer.deliver(room, toLayerMessage(events[2] ?? commit(room)))
  await settle()
  // Announced while the log is being read: beyond the page that is on its way.
  layer.deliver(room, toLayerMessage(commit(room)))
  held.open()
  await settle()
  expect(connection.texts).toEqual(['page 1-3', 'live 4-4'])
  expect(log.reads).toBe(1)
  await hub[Symbol.asyncDispose]()
})

test('[G4] a hole that the late event itself fills needs no page', async () => {
  const { hub, log, layer, commit, connection } = await withLiveFollower()
  const held = gate()
  log.begin = held.wait
  const [first, second] = [commit(room), commit(room)]
  layer.deliver(room, toLayerMessage(second))
  layer.deliver(room, toLayerMessage(first))
  held.open()
  await settle()
  expect(connection.texts).toEqual(['live 1-1', 'live 2-2'])
  await hub[Symbol.asyncDispose]()
})

test('[G4] the last event, lost, is found by the head check', async () => {
  const { hub, commit, connection } = await withLiveFollower()
  commit(room)
  await hub.checkHeads()
  await settle()
  expect(connection.texts).toEqual(['page 1-1'])
  await hub[Symbol.asyncDispose]()
})

test('[G4] a head check asks for many streams in bounded calls', async () => {
  const { hub, log, follower } = openTestHub({ headsPerCallMax: 2 })
  for (const name of ['room.a', 'room.b', 'room.c']) hub.follow(name, follower(fakeConnection(), {}, name).follower, 0)
  await settle()
  log.headCalls.length = 0
  await hub.checkHeads()
  expect(log.headCalls).toEqual([['room.a', 'room.b'], ['room.c']])
  await hub[Symbol.asyncDispose]()
})

test('[G4] a head check reads only the streams that have moved', async () => {
  const { hub, log, commit, follower } = openTestHub()
  const [one, two] = [fakeConnection(1), fakeConnection(2)]
  hub.follow('room.a', follower(one, {}, 'room.a').follower, 0)
  hub.follow('room.b', follower(two, {}, 'room.b').follower, 0)
  await settle()
  commit('room.b')
  await hub.checkHeads()
  await settle()
  expect(log.reads).toBe(1)
  expect([one.texts, two.texts]).toEqual([['own 1-0'], ['own 1-0', 'page 1-1']])
  await hub[Symbol.asyncDispose]()
})

test('[L9] a stream that nobody follows is joined afresh after the link was down', async () => {
  const { hub, layer, commit, following } = await withLiveFollower()
  following[Symbol.dispose]()
  layer.setLink('down')
  commit(room, 3)
  layer.setLink('up')
  expect((await hub.listen(room, { event: () => undefined })).head).toBe(3)
  await hub[Symbol.asyncDispose]()
})

test('[L9] when the link is back, what was missed comes from the log', async () => {
  const { hub, layer, commit, connection } = await withLiveFollower()
  layer.setLink('down')
  commit(room, 3)
  layer.setLink('up')
  await settle()
  expect(connection.texts).toEqual(['page 1-3'])
  await hub[Symbol.asyncDispose]()
})

test('[G4] a long hole is read page by page, up to the event beyond it', async () => {
  const { hub, log, announce, commit, connection } = await withLiveFollower()
  log.pageMax = 2
  commit(room, 4)
  announce(room)
  await settle()
  expect(connection.texts).toEqual(['page 1-2', 'page 3-4', 'live 5-5'])
  await hub[Symbol.asyncDispose]()
})

test('[G4] too far behind, every follower reads for itself, and listeners are told of the leap', async () => {
  const { hub, log, announce, commit, connection } = await withLiveFollower()
  const heard: unknown[] = []
  await hub.listen(room, { event: (event) => heard.push(event) })
  log.tooFarBeyond = 5
  commit(room, 9)
  announce(room)
  await settle()
  expect(connection.texts).toEqual(['own 1-10'])
  announce(room)
  await settle()
  expect(connection.texts).toEqual(['own 1-10', 'live 11-11'])
  expect(heard).toEqual([
    { stream: room, from: 1, to: 10, notes: null },
    { stream: room, from: 11, to: 11, notes: { live: 11 } },
  ])
  await hub[Symbol.asyncDispose]()
})

test('[G4] while the log cannot be read nothing is lost, and it is tried again', async () => {
  const { hub, clock, log, announce, commit, connection, reports } = await withLiveFollower()
  log.begin = async () => {
    throw new Error('store down')
  }
  commit(room)
  announce(room)
  await settle()
  expect(connection.texts).toEqual([])
  await clock.advance(1_000)
  log.begin = async () => {}
  await clock.advance(5_000)
  await settle()
  expect(connection.texts).toEqual(['page 1-2'])
  expect(reports).toContain('reading a stream failed store down')
  await hub[Symbol.asyncDispose]()
})

test('[G4] an announcement beyond the log does not stop the stream', async () => {
  const { hub, layer, log, announce, commit, connection, reports } = await withLiveFollower()
  const lie = { ...commit(room), from: 2 ** 50, to: 2 ** 50 }
  log.headOf.set(room, 0)
  layer.deliver(room, toLayerMessage(lie))
  await settle()
  announce(room)
  await settle()
  expect(connection.texts).toEqual(['live 1-1'])
  expect(reports).toEqual(['announced beyond the log'])
  expect(log.reads).toBe(1)
  await hub[Symbol.asyncDispose]()
})

test('[S5] messages that are no events are reported and change nothing', async () => {
  const { hub, layer, announce, connection, reports } = await withLiveFollower()
  const good = { type: 'madang.event', stream: room, from: 1, to: 1, text: 'x', drop: [], notes: null }
  const bad = [{}, { ...good, from: 0 }, { ...good, to: 1.5 }, { ...good, from: 2 }, { ...good, text: 1 }]
  const worse = [
    { ...good, drop: 'u1' },
    { ...good, drop: [1] },
    { ...good, stream: 'room.b' },
    { ...good, type: 'x' },
  ]
  for (const message of [...bad, ...worse]) layer.deliver(room, message)
  announce(room)
  await settle()
  expect(connection.texts).toEqual(['live 1-1'])
  expect(reports).toHaveLength(9)
  await hub[Symbol.asyncDispose]()
})

test('listeners hear every change once and in order, with the notes of pages', async () => {
  const { hub, commit, announce } = openTestHub()
  commit(room, 2)
  const heard: string[] = []
  const listening = await hub.listen(room, {
    event: ({ from, to, notes }) => heard.push(`${from}-${to} ${JSON.stringify(notes)}`),
  })
  expect(listening.head).toBe(2)
  announce(room)
  commit(room)
  announce(room)
  await settle()
  expect(heard).toEqual(['3-3 {"live":3}', '4-5 {"page":5}'])
  listening[Symbol.dispose]()
  announce(room)
  await settle()
  expect(heard).toHaveLength(2)
  await hub[Symbol.asyncDispose]()
})

test('the head of a stream that does not exist is null, and its first change is heard', async () => {
  const { hub, announce } = openTestHub()
  const heard: number[] = []
  const { head } = await hub.listen(room, { event: ({ to }) => heard.push(to) })
  expect(head).toBeNull()
  announce(room)
  expect(heard).toEqual([1])
  await hub[Symbol.asyncDispose]()
})

test('a listener or follower that throws disturbs nobody', async () => {
  const { hub, announce, connection, follower, reports } = await withLiveFollower()
  await hub.listen(room, { event: broken })
  hub.follow(room, follower(fakeConnection(2), { owner: 'u2', ended: broken }).follower, 0)
  await settle()
  announce(room, 1, { drop: ['u2'] })
  await settle()
  expect(connection.texts).toEqual(['live 1-1'])
  expect(reports).toEqual(['follower failed when it was ended broken', 'listener failed broken'])
  await hub[Symbol.asyncDispose]()
})

test('a whisper reaches the present followers, but not the one that whispers', async () => {
  const { hub, connection, follower } = await withLiveFollower()
  const other = fakeConnection(2)
  hub.follow(room, follower(other).follower, 0)
  await settle()
  other.texts.length = 0
  hub.whisper(room, 'typing', connection)
  hub.whisper('room.unknown', 'typing')
  expect([connection.texts, other.texts]).toEqual([[], ['typing']])
  await hub[Symbol.asyncDispose]()
})

test('a stream is joined once for all and left a while after the last one', async () => {
  const { hub, clock, layer, follower } = openTestHub({ graceMs: 1_000 })
  const one = hub.follow(room, follower(fakeConnection(1)).follower, 0)
  const two = hub.follow(room, follower(fakeConnection(2)).follower, 0)
  await settle()
  expect(layer.members(room)).toBe(1)
  one[Symbol.dispose]()
  two[Symbol.dispose]()
  two[Symbol.dispose]()
  await clock.advance(400)
  hub.follow(room, follower(fakeConnection(3)).follower, 0)[Symbol.dispose]()
  await settle()
  expect([layer.members(room), layer.subscriptions]).toEqual([1, 1])
  await clock.advance(2_000)
  expect(layer.members(room)).toBe(0)
  expect(hub.stats()).toEqual({ streams: 0, followers: 0, behind: 0, holesHealed: 0 })
  await hub[Symbol.asyncDispose]()
})

test('a stream that is followed again within its grace stays', async () => {
  const { hub, clock, announce, following, follower } = await withLiveFollower({ graceMs: 1_000 })
  following[Symbol.dispose]()
  const connection = fakeConnection(2)
  hub.follow(room, follower(connection).follower, 0)
  await clock.advance(5_000)
  announce(room)
  await settle()
  expect(connection.texts).toEqual(['own 1-0', 'live 1-1'])
  await hub[Symbol.asyncDispose]()
})

test('streams that nobody follows are kept up to a number', async () => {
  const { hub, follower } = openTestHub({ idleStreamsMax: 2 })
  for (const name of ['a', 'b', 'c', 'd'])
    hub.follow(`room.${name}`, follower(fakeConnection()).follower, 0)[Symbol.dispose]()
  await settle()
  expect(hub.stats().streams).toBe(2)
  await hub[Symbol.asyncDispose]()
})

test('a stream that missed something while nobody followed it is whole for the next one', async () => {
  const { hub, announce, commit, following, follower } = await withLiveFollower()
  following[Symbol.dispose]()
  commit(room)
  announce(room)
  const connection = fakeConnection(2)
  hub.follow(room, follower(connection).follower, 0)
  announce(room)
  await settle()
  expect(revOf(connection.texts, 0)).toBe(3)
  await hub[Symbol.asyncDispose]()
})

test('[G7] a layer that does not answer does not keep readers from the log', async () => {
  const { hub, clock, layer, commit, follower } = openTestHub({ joinWaitMs: 500 })
  const held = gate()
  layer.answer = held.wait
  commit(room, 2)
  const connection = fakeConnection()
  hub.follow(room, follower(connection).follower, 0)
  await clock.advance(600)
  await settle()
  expect(connection.texts).toEqual(['own 1-2'])
  commit(room)
  held.open()
  await settle()
  expect(connection.texts, 'what came before the late subscription').toEqual(['own 1-2', 'page 3-3'])
  await hub[Symbol.asyncDispose]()
})

test('a closed hub lets nobody wait and reads nothing more', async () => {
  const { hub, log, follower, layer } = await withLiveFollower()
  await hub[Symbol.asyncDispose]()
  await hub[Symbol.asyncDispose]()
  const connection = fakeConnection(2)
  hub.follow(room, follower(connection).follower, 0)
  expect((await hub.listen(room, { event: () => undefined })).head).toBeNull()
  await settle()
  expect([connection.texts, layer.members(room), log.reads]).toEqual([[], 0, 0])
  expect(hub.stats().followers).toBe(0)
})
