/** Scenarios on bad networks, with a proxy between people and the server. */

import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { openCrowd } from './crowd.ts'
import { readHistory } from './history.ts'
import { type Journal, openJournal } from './journal.ts'
import { type Proxy, openProxy } from './proxy.ts'
import { until } from './until.ts'
import { openVillage } from './village.ts'
import { isOnline, openVillager, pendingOf } from './villager.ts'

const rounds = 12

/** Twenty people work while their connections are reset, cut in mid-frame and sliced. Gives what was opened and done. */
export async function breakConnections(seed: number): Promise<Journal['counts']> {
  const random = seededRandom(seed)
  await using opened = await openVillage()
  const { server, village } = opened
  await using proxy = await openProxy(server.url)
  await using crowd = await openCrowd({ server, village, random, urlOf: () => proxy.url })
  crowd.work()
  for (let round = 0; round < rounds; round++) {
    await sleep(random() * 500)
    const chance = random()
    if (chance < 0.4) proxy.reset()
    else if (chance < 0.8) proxy.cutAfter(Math.floor(random() * 5_000))
    proxy.turn(random() < 0.4 ? 'slices' : 'fair')
    crowd.look(0.7)
  }
  proxy.turn('fair')
  proxy.cutAfter(Number.POSITIVE_INFINITY)
  await crowd.settle()
  return crowd.journal.counts
}

export type HalfOpen = {
  /** From when nothing passes any more until each side has given the connection up. */
  readonly clientMs: number
  readonly serverMs: number
  /** The bodies in the history, and what the one who was cut off sees, when all is over. */
  readonly history: readonly (string | null)[]
  readonly view: readonly (string | null)[]
}

/** One is told of nothing, and nothing of what they write gets out; nobody closes anything. */
export async function halfOpen({ noticeMs, healMs }: { noticeMs: number; healMs: number }): Promise<HalfOpen> {
  await using opened = await openVillage()
  const { server, village } = opened
  const [person, watcher] = village.people
  const [room] = village.rooms
  if (!person || !watcher || !room) throw new Error('no village')
  await using proxy: Proxy = await openProxy(server.url)
  const journal = openJournal()
  using cut = openVillager(person, { url: proxy.url, rooms: [room], journal })
  using watching = openVillager(watcher, { url: server.url, rooms: [room], journal })
  const [here, there] = [cut.rooms[0], watching.rooms[0]]
  const isRead = (): boolean => here?.timeline().state === 'ready' && there?.timeline().state === 'ready'
  await until(isRead, { ms: 10_000, what: 'both are there' })

  proxy.turn('blackhole')
  await there?.send('들려요?')
  for (const text of ['여보세요', '여보세요?', '안 들려요']) await here?.send(text)
  await until(() => pendingOf(watching) === 0, { ms: 2_000, what: 'the other one is not cut off' })
  const [clientMs, serverMs] = await Promise.all([
    until(() => !isOnline(cut), { ms: noticeMs, what: 'the client notices' }),
    until(() => proxy.endedInHole() > 0, { ms: noticeMs, what: 'the server notices' }),
  ])
  if (pendingOf(cut) !== 3) throw new Error(`what was written is not pending: ${pendingOf(cut)}`)

  proxy.turn('fair')
  // It tries again by itself: after its back-off, or at the end of a try that went into the hole.
  await until(() => isOnline(cut) && pendingOf(cut) === 0, { ms: healMs, what: 'it heals' })
  const { messages } = await readHistory(server, watcher.token, room)
  const view = (): readonly (string | null)[] => here?.timeline().messages.map(({ body }) => body) ?? []
  await until(() => view().length === messages.length, { ms: 2_000, what: 'the view catches up' })
  return { clientMs, serverMs, history: messages.map(({ body }) => body), view: view() }
}
