import { expect, test } from 'vitest'

import { manualClock } from '../testing/manual-clock.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { fakeConnection, gate, openFakedHub, revOf, settle } from './fakes.ts'
import { toLayerMessage } from './stream-event.ts'
import type { HubOptions } from './stream-home.ts'

const openTestHub = (options: Partial<HubOptions> = {}) =>
  openFakedHub({ clock: manualClock(), random: seededRandom(1) }, options)

const room = 'room.a'

/** A hub and a follower that has read up to the head and is live. */
async function live(options: Partial<HubOptions> = {}) {
  const opened = openTestHub({ hotFlushMs: 0, ...options })
  const connection = fakeConnection()
  const { follower, ends } = opened.follower(connection)
  const following = opened.hub.follow(room, follower, 0)
  await settle()
  connection.texts.length = 0
  return { ...opened, connection, following, ends }
}

test('[G4] a follower reads pages from where it is, then is live', async () => {
  const { hub, log, commit, announce, follower } = openTestHub()
  log.pageMax = 2
  commit(room, 5)
  const connection = fakeConnection()
  const following = hub.follow(room, follower(connection).follower, 1)
  await settle()
  announce(room)
  await settle()
  expect(connection.texts).toEqual(['own 2-3', 'own 4-5', 'live 6-6'])
  expect(following.rev()).toBe(6)
  await hub[Symbol.asyncDispose]()
})

test('[G4] the group is joined before the log is read: an event between the two is not lost', async () => {
  const { hub, log, layer, commit, announce, follower } = openTestHub()
  commit(room, 2)
  const held = gate()
  log.end = held.wait // The head was looked up, and its answer is on the way.
  const connection = fakeConnection()
  hub.follow(room, follower(connection).follower, 0)
  await settle()
  expect(layer.members(room)).toBe(1)
  announce(room)
  commit(room) // Committed, not announced.
  held.open()
  await settle()
  announce(room)
  await settle()
  expect(revOf(connection.texts, 0)).toBe(5)
  await hub[Symbol.asyncDispose]()
})

test('[G4] an event while the own page is being read is not lost', async () => {
  const { hub, log, announce, follower } = await live()
  const held = gate()
  log.end = held.wait
  const connection = fakeConnection(2)
  hub.follow(room, follower(connection).follower, 0)
  await settle()
  announce(room)
  await settle()
  held.open()
  await settle()
  expect(connection.texts).toEqual(['own 1-0', 'live 1-1'])
  await hub[Symbol.asyncDispose]()
})

test('[G4] catching up with a room that never stops comes to an end', async () => {
  const { hub, log, announce, follower } = await live()
  const connection = fakeConnection(2)
  // Whatever is read, three more changes are live before the answer is here.
  log.end = async () => {
    for (let more = 0; more < 3; more++) announce(room)
    await settle()
  }
  let readings = 0
  const { follower: late } = follower(connection)
  hub.follow(room, { ...late, read: async (after) => (readings++, late.read(after)) }, 0)
  await settle()
  await settle()
  expect(readings).toBe(1)
  announce(room)
  await settle()
  expect(revOf(connection.texts, 0)).toBe(log.head(room))
  await hub[Symbol.asyncDispose]()
})

test('[G4] what is remembered for readers is bounded; beyond it they read once more', async () => {
  const { hub, log, announce, follower } = await live({ recentBytesMax: 40 })
  announce(room)
  const connection = fakeConnection(2)
  let busy = 3
  log.end = async () => {
    if (busy-- <= 0) return
    for (let more = 0; more < 10; more++) {
      announce(room)
      await settle()
    }
  }
  hub.follow(room, follower(connection).follower, 0)
  for (let turn = 0; turn < 60; turn++) await settle()
  expect(revOf(connection.texts, 0)).toBe(31)
  expect(connection.texts).toEqual(['own 1-1', 'own 2-11', 'own 12-21', 'own 22-31'])
  await hub[Symbol.asyncDispose]()
})

test('[G6] who is dropped while a page is read gets neither the page nor the event', async () => {
  const { hub, log, announce, follower } = await live()
  const held = gate()
  log.end = held.wait
  const connection = fakeConnection(2)
  const { follower: removed, ends } = follower(connection, { owner: 'u2' })
  hub.follow(room, removed, 0)
  await settle()
  announce(room, 1, { drop: ['u2'] })
  expect(ends, 'before the event is queued').toEqual(['ended'])
  held.open()
  await settle()
  expect(connection.texts).toEqual([])
  await hub[Symbol.asyncDispose]()
})

test('[G6] what is pending in this tick does not reach who is dropped in it', async () => {
  const { hub, announce, connection, ends } = await live()
  announce(room)
  announce(room, 1, { drop: ['u1'] })
  await settle()
  expect(connection.texts).toEqual([])
  expect(ends).toEqual(['ended'])
  expect(hub.stats().followers).toBe(0)
  await hub[Symbol.asyncDispose]()
})

test('[G6] a drop beyond a hole, and one in a page that heals it, end the follower at once', async () => {
  const { hub, log, layer, announce, commit, connection, ends, follower } = await live()
  const other = fakeConnection(2)
  const { follower: second, ends: otherEnds } = follower(other, { owner: 'u2' })
  hub.follow(room, second, 0)
  await settle()
  other.texts.length = 0
  const held = gate()
  log.begin = held.wait
  commit(room)
  layer.deliver(room, toLayerMessage(commit(room, 1, { drop: ['u1'] })))
  expect(ends).toEqual(['ended'])
  log.drops.push({ rev: 1, owners: ['u2'] })
  held.open()
  await settle()
  expect(otherEnds).toEqual(['ended'])
  announce(room)
  await settle()
  expect([connection.texts, other.texts]).toEqual([[], []])
  await hub[Symbol.asyncDispose]()
})

test('[G6] an old event that comes again does not drop who was let in again', async () => {
  const { hub, layer, announce, commit, ends, follower } = await live()
  const removal = commit(room, 1, { drop: ['u1'] })
  layer.deliver(room, toLayerMessage(removal))
  const connection = fakeConnection(2)
  const again = follower(connection)
  hub.follow(room, again.follower, 1)
  await settle()
  layer.deliver(room, toLayerMessage(removal))
  announce(room)
  await settle()
  expect([ends, again.ends]).toEqual([['ended'], []])
  expect(connection.texts).toEqual(['own 2-1', 'live 2-2'])
  await hub[Symbol.asyncDispose]()
})

test('[G8] nothing is remembered when nobody reads', async () => {
  const { hub, clock, announce, follower } = await live()
  announce(room, 2)
  await settle()
  const connection = fakeConnection(2)
  const { follower: late } = follower(connection)
  let readings = 0
  const stale = { is: 'page', texts: [], through: 0, isLast: true } as const
  hub.follow(room, { ...late, read: async (after) => (readings++ === 0 ? stale : late.read(after)) }, 0)
  await settle()
  await clock.advance(1_000)
  await settle()
  expect(connection.texts).toEqual(['own 1-2'])
  await hub[Symbol.asyncDispose]()
})

test('[G6] a denied reading ends the follower', async () => {
  const { hub, follower } = openTestHub()
  const connection = fakeConnection()
  const { follower: denied, ends } = follower(connection, { read: async () => ({ is: 'denied' }) })
  hub.follow(room, denied, 0)
  await settle()
  expect(ends).toEqual(['ended'])
  expect(hub.stats().followers).toBe(0)
  await hub[Symbol.asyncDispose]()
})

test('[G8] a stalled reader gets nothing, is behind, and catches up from the log when it has drained', async () => {
  const { hub, announce, connection, following } = await live()
  announce(room)
  await settle()
  connection.stall()
  for (let event = 0; event < 100; event++) announce(room)
  await settle()
  expect(connection.texts).toEqual(['live 1-1'])
  expect(hub.stats().behind).toBe(1)
  expect(following.rev()).toBe(1)
  connection.drain()
  await settle()
  announce(room)
  await settle()
  expect(connection.texts).toEqual(['live 1-1', 'own 2-101', 'live 102-102'])
  expect(hub.stats().behind).toBe(0)
  await hub[Symbol.asyncDispose]()
})

test('[G8] a reader that stalls between two pages reads on when it has drained', async () => {
  const { hub, log, commit, follower } = openTestHub()
  log.pageMax = 2
  commit(room, 4)
  const connection = fakeConnection()
  const { follower: slow } = follower(connection)
  hub.follow(room, { ...slow, read: async (after) => (connection.stall(), slow.read(after)) }, 0)
  await settle()
  expect(connection.texts).toEqual(['own 1-2'])
  connection.drain()
  await settle()
  expect(connection.texts).toEqual(['own 1-2', 'own 3-4'])
  await hub[Symbol.asyncDispose]()
})

test('a follower that leaves, or whose connection closes, while a page is read gets nothing', async () => {
  const { hub, log, commit, follower } = openTestHub()
  commit(room, 2)
  const [left, closed] = [fakeConnection(1), fakeConnection(2)]
  const held = gate()
  const leaving = hub.follow(room, follower(left).follower, 0)
  hub.follow(room, follower(closed).follower, 0)
  log.end = held.wait
  await settle()
  leaving[Symbol.dispose]()
  closed.disconnect()
  held.open()
  await settle()
  expect([left.texts, closed.texts]).toEqual([[], []])
  expect(hub.stats().followers).toBe(0)
  await hub[Symbol.asyncDispose]()
})

test('a reading that fails is tried again', async () => {
  const { hub, clock, log, commit, follower, reports } = openTestHub()
  commit(room, 2)
  const connection = fakeConnection()
  log.begin = async () => {
    throw new Error('store down')
  }
  hub.follow(room, follower(connection).follower, 0)
  await clock.advance(1_000)
  log.begin = async () => {}
  await clock.advance(10_000)
  await settle()
  expect(connection.texts).toEqual(['own 1-2'])
  expect(reports).toContain('reading a head failed store down')
  await hub[Symbol.asyncDispose]()
})
