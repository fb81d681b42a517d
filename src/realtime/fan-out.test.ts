import { expect, test } from 'vitest'

import { manualClock } from '../testing/manual-clock.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { type FakeConnection, fakeConnection, openFakedHub, revOf, settle } from './fakes.ts'
import type { HubOptions } from './stream-home.ts'

const openTestHub = (options: Partial<HubOptions> = {}) =>
  openFakedHub({ clock: manualClock(), random: seededRandom(1) }, options)

const room = 'room.a'

async function crowd(size: number, options: Partial<HubOptions>) {
  const opened = openTestHub(options)
  const connections = Array.from({ length: size }, (_, number) => fakeConnection(number))
  const followings = connections.map((connection) => opened.hub.follow(room, opened.follower(connection).follower, 0))
  await settle()
  for (const connection of connections) connection.texts.length = 0
  return { ...opened, connections, followings }
}

/** One turn of the event loop. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

const served = (connections: readonly FakeConnection[]) => connections.filter(({ texts }) => texts.length > 0).length

test('[G3] a huge room is served in slices, and every reader sees the one order', async () => {
  const { hub, announce, connections } = await crowd(10, { followersPerTurn: 4, hotFlushMs: 0 })
  announce(room)
  await turn()
  expect(served(connections)).toBe(4)
  announce(room)
  announce(room)
  await settle()
  for (const { texts } of connections) expect(texts).toEqual(['live 1-1', 'live 2-2', 'live 3-3'])
  await hub[Symbol.asyncDispose]()
})

test('who joins, leaves or is dropped between two slices is served as is right', async () => {
  const { hub, announce, connections, followings, follower } = await crowd(10, { followersPerTurn: 4, hotFlushMs: 0 })
  announce(room)
  await turn()
  followings[9]?.[Symbol.dispose]()
  const late = fakeConnection(11)
  hub.follow(room, follower(late).follower, 0)
  await settle()
  announce(room)
  await settle()
  expect(connections[9]?.texts).toEqual([])
  expect(late.texts).toEqual(['own 1-1', 'live 2-2'])
  expect(connections.slice(0, 9).every(({ texts }) => revOf(texts, 0) === 2)).toBe(true)
  await hub[Symbol.asyncDispose]()
})

test('a quiet stream is flushed at the end of the tick, a hot one a few milliseconds later', async () => {
  const { hub, clock, announce, connections } = await crowd(1, { hotFlushMs: 5, hotEventsPerSecond: 50 })
  const [{ texts, writes } = fakeConnection()] = connections
  for (let event = 0; event < 5; event++) {
    announce(room)
    await settle()
  }
  expect([texts.length, writes()]).toEqual([5, 5])
  for (let event = 0; event < 5; event++) {
    announce(room)
    await settle()
  }
  expect(texts).toHaveLength(5)
  await clock.advance(5)
  await settle()
  expect([texts.length, writes()]).toEqual([10, 6])
  await clock.advance(1_000)
  announce(room)
  await settle()
  expect(texts, 'quiet again').toHaveLength(11)
  await hub[Symbol.asyncDispose]()
})

test('the same bytes are shared by all followers', async () => {
  const { hub, announce, connections } = await crowd(3, { hotFlushMs: 0 })
  const given = new Set<Uint8Array>()
  for (const connection of connections) {
    Object.assign(connection, { sendFramed: (frames: Uint8Array) => void given.add(frames) })
  }
  announce(room)
  announce(room)
  await settle()
  expect(given.size).toBe(1)
  await hub[Symbol.asyncDispose]()
})
