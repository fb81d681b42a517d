/** Two people who chat while somebody else misbehaves: what they notice is what the server lets through. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { RoomId } from '../../src/protocol/ids.ts'
import type { TestServer } from '../server.ts'
import { openJournal } from './journal.ts'
import { until } from './until.ts'
import type { Person } from './village.ts'
import { isOnline, openVillager } from './villager.ts'

export type Bystander = AsyncDisposable & {
  /** From a message's `send` until the other one sees it, in milliseconds; since the last call. */
  readonly takeLatencies: () => readonly number[]
  /** How often a link of theirs was lost. */
  readonly drops: () => number
  /** Waits until so many more messages have come through: the chat goes on after what just happened. */
  readonly hear: (messages: number) => Promise<void>
}

/** Below the twenty a second that they may. */
const everyMs = 60
/** Beyond it the chat counts as stopped. */
const patienceMs = 10_000

export async function openBystander(
  server: Pick<TestServer, 'url'>,
  { speaker, listener, room }: { readonly speaker: Person; readonly listener: Person; readonly room: RoomId },
): Promise<Bystander> {
  const journal = openJournal()
  const [speaks, hears] = [speaker, listener].map((person) =>
    openVillager(person, { url: server.url, rooms: [room], journal }),
  )
  const [from, to] = [speaks?.rooms[0], hears?.rooms[0]]
  if (!speaks || !hears || !from || !to) throw new Error('a chat takes two')
  const both = [speaks, hears]
  const isReady = (): boolean => both.every(isOnline) && to.timeline().state === 'ready'
  await until(isReady, { ms: patienceMs, what: 'the bystanders are online' })

  const sentAtMs = new Map<string, number>()
  let latencies: number[] = []
  let heard = 0
  let drops = 0
  to.on('timeline', () => {
    for (const { id } of to.timeline().messages.slice(-20)) {
      const atMs = sentAtMs.get(id)
      if (atMs === undefined) continue
      sentAtMs.delete(id)
      latencies.push(performance.now() - atMs)
      heard++
    }
  })
  for (const { client } of both) {
    let wasOnline = true
    client.on('link', () => {
      const isNow = client.link().is === 'online'
      if (wasOnline && !isNow) drops++
      wasOnline = isNow
    })
  }
  const stopped = new AbortController()
  const { signal } = stopped
  const chatting = (async () => {
    while (!signal.aborted) {
      const startMs = performance.now()
      sentAtMs.set(await from.send('지나가는 말'), startMs)
      await sleep(everyMs, null, { signal }).catch(() => undefined)
    }
  })()

  return {
    takeLatencies() {
      const taken = latencies
      latencies = []
      return taken
    },
    drops: () => drops,
    async hear(messages) {
      const goal = heard + messages
      await until(() => heard >= goal, { ms: patienceMs, what: `the bystanders hear ${messages} messages` })
    },
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await chatting
      for (const each of both) each[Symbol.dispose]()
    },
  }
}

/** The latency that so much (0 to 1) of them are within; 0 of none. */
export function quantile(latencies: readonly number[], share: number): number {
  const sorted = latencies.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
