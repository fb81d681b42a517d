import { expect, test } from 'vitest'

import type { Random } from '../random.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import { type FakeConnection, fakeConnection, openFakedHub, revOf, settle } from './fakes.ts'
import type { Following, StreamEvent } from './hub.ts'
import { toLayerMessage } from './stream-event.ts'
import type { HubOptions } from './stream-home.ts'

const openTestHub = (options: Partial<HubOptions> = {}) =>
  openFakedHub({ clock: manualClock(), random: seededRandom(1) }, options)

/**
 * Seeded worlds: a layer that loses, repeats and reorders, a log that is slow and fails, readers that stall, come, go and
 * are removed. In the end, after one head check, everyone who stayed has everything, in order; who was removed has nothing
 * that came after.
 */

const room = 'room.a'
const turn = () => new Promise((resolve) => setImmediate(resolve))

type Reader = {
  readonly connection: FakeConnection
  readonly following: Following
  readonly after: number
  readonly owner: string
  /** The change that removed it. */
  removedAt: number | null
}

for (const worlds of [0, 50, 100, 150]) {
  test(`[G3] [G4] [G6] [G8] readers converge in seeded worlds ${worlds} to ${worlds + 49}`, async () => {
    const troubles: string[] = []
    for (let seed = worlds; seed < worlds + 50; seed++) {
      for (const trouble of await world(seed)) troubles.push(`seed ${seed}: ${trouble}`)
    }
    expect(troubles).toEqual([])
  })
}

async function world(seed: number): Promise<readonly string[]> {
  const random = seededRandom(seed)
  const opened = openTestHub({
    followersPerTurn: 1 + Math.floor(random() * 4),
    recentBytesMax: random() < 0.5 ? 60 : 10_000,
    heldEventsMax: 3,
    hotFlushMs: random() < 0.5 ? 0 : 5,
  })
  const { hub, clock, log } = opened
  const readers: Reader[] = []
  const heard: (readonly [from: number, to: number])[] = []
  const network: StreamEvent[] = []
  let isCalm = false

  log.pageMax = 1 + Math.floor(random() * 6)
  log.begin = async () => {
    for (let turns = random() * 4; turns > 1; turns--) await turn()
    if (!isCalm && random() < 0.1) throw new Error('store down')
  }
  log.end = async () => {
    for (let turns = random() * 4; turns > 1; turns--) await turn()
  }
  const listening = hub.listen(room, { event: ({ from, to }) => heard.push([from, to]) })

  for (let step = 0; step < 60; step++) {
    act(random, opened, readers, network)
    if (random() < 0.5) await turn()
    if (random() < 0.1) await clock.advance(random() * 500)
    log.tooFarBeyond = random() < 0.1 ? 3 : Infinity
  }

  isCalm = true
  log.tooFarBeyond = Infinity
  for (const { connection } of readers) connection.drain()
  for (let tries = 0; tries < 12; tries++) await clock.advance(5_000)
  await hub.checkHeads('all')
  for (let tries = 0; tries < 60; tries++) {
    await settle()
    await clock.advance(5)
  }

  const troubles = readers.flatMap((reader) => troublesOf(reader, log.head(room)))
  const { head } = await listening
  const start = heard[0] === undefined ? (head ?? 0) : heard[0][0] - 1
  const heardRev = revOf(
    heard.map(([from, to]) => `heard ${from}-${to}`),
    start,
  )
  if (heardRev !== log.head(room)) troubles.push(`the listener is at ${heardRev}`)
  await hub[Symbol.asyncDispose]()
  return troubles
}

function act(
  random: Random,
  { hub, layer, log, commit, follower }: ReturnType<typeof openTestHub>,
  readers: Reader[],
  network: StreamEvent[],
): void {
  const choice = random()
  const reader = readers[Math.floor(random() * readers.length)]
  if (choice < 0.5) {
    const isRemoval = reader !== undefined && reader.removedAt === null && random() < 0.1
    const event = commit(room, 1 + Math.floor(random() * 3), isRemoval ? { drop: [reader.owner] } : {})
    if (isRemoval) reader.removedAt = event.from
    network.push(event)
  } else if (choice < 0.6) {
    const after = Math.floor(random() * (log.head(room) + 1))
    const connection = fakeConnection(readers.length)
    const owner = `u${readers.length}`
    const made = follower(connection, { owner }).follower
    const isMember = () => readers.find((one) => one.owner === owner)?.removedAt === null
    const read: typeof made.read = async (from) => {
      const page = await made.read(from)
      return isMember() ? page : { is: 'denied' }
    }
    readers.push({ connection, owner, after, removedAt: null, following: hub.follow(room, { ...made, read }, after) })
  } else if (choice < 0.65) {
    reader?.connection.stall()
  } else if (choice < 0.75) {
    reader?.connection.drain()
  } else if (network.length > 0) {
    const [event] = network.splice(Math.floor(random() ** 3 * network.length), 1)
    if (event === undefined || random() < 0.1) return
    layer.deliver(room, toLayerMessage(event))
    if (random() < 0.1) network.push(event)
  }
}

function troublesOf({ connection, owner, after, removedAt, following }: Reader, head: number): string[] {
  const rev = revOf(connection.texts, after)
  const got = `${owner} from ${after} of ${head} got ${connection.texts.join(', ')}`
  if (rev === null) return [`a hole: ${got}`]
  if (removedAt === null) return rev === head && following.rev() === head ? [] : [`not at the head: ${got}`]
  return rev < removedAt || connection.texts.length === 0 ? [] : [`after its removal at ${removedAt}: ${got}`]
}
