/** All the people of a village at work, and how it is found that nothing was lost when they have stopped. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { OpenSocket } from '../../src/client/platform.ts'
import type { Random } from '../../src/random.ts'
import type { TestServer } from '../server.ts'
import { checkHistory, checkTyped, checkView, summaryOf } from './checks.ts'
import { readHistory } from './history.ts'
import { type Journal, openJournal } from './journal.ts'
import { until } from './until.ts'
import type { Village } from './village.ts'
import { type Villager, isOnline, openVillager, pendingOf } from './villager.ts'

export type Settled = {
  /** From the first look until all were online. */
  readonly onlineMs: number
  /** From then on until all was acknowledged and every view was the history. */
  readonly equalMs: number
}

export type Crowd = AsyncDisposable & {
  readonly journal: Journal
  readonly villagers: readonly Villager[]
  /** Begins, or goes on, to type. */
  readonly work: () => void
  readonly rest: () => Promise<void>
  /** Everybody does three things at once. */
  readonly burst: () => Promise<void>
  /** They look at their pages, each with this probability: a page that is offline tries at once. */
  readonly look: (probability: number) => void
  /**
   * Lets all come to rest, without a reload of anything, and looks whether the promises were kept. Rejects with all that
   * was broken, or when it takes longer than was promised.
   */
  readonly settle: () => Promise<Settled>
}

export type CrowdOptions = {
  readonly server: Pick<TestServer, 'url'>
  /** Where they connect; the server's own address unless there is a proxy between. */
  readonly urlOf?: (index: number) => string
  readonly village: Village
  readonly random: Random
  readonly people?: number
  readonly socket?: OpenSocket
}

/** Each types so often, on average: far below the limit of 20 a second, with room for what has to be asked again. */
const actEveryMs = 120
/** A page that was looked at connects at once; a welcome is read for twenty. */
const onlineMsMax = 10_000
/** The worst case of G4, and the time of a commit or two on a busy machine. */
const equalMsMax = 6_000

export async function openCrowd(options: CrowdOptions): Promise<Crowd> {
  const { server, village, random, urlOf = () => server.url, people = village.people.length, socket } = options
  const journal = openJournal()
  const { rooms } = village
  const villagers = village.people
    .slice(0, people)
    .map((person, index) =>
      openVillager(person, { url: urlOf(index), rooms, journal, ...(socket === undefined ? {} : { socket }) }),
    )
  let stopped = new AbortController()
  let typing: Promise<unknown> = Promise.resolve()

  const look = (probability: number): void => {
    for (const villager of villagers) {
      if (random() < probability && !isOnline(villager)) villager.signal('visible')
    }
  }
  const rest = async (): Promise<void> => {
    stopped.abort()
    await typing
  }
  const crowd: Crowd = {
    journal,
    villagers,
    look,
    rest,
    async burst() {
      await Promise.all(villagers.flatMap(({ act }) => [act(random), act(random), act(random)]))
    },
    work() {
      stopped = new AbortController()
      typing = Promise.all(villagers.map(async (villager) => type(villager, { random, signal: stopped.signal })))
    },
    async settle() {
      await rest()
      return settled(options, crowd)
    },
    async [Symbol.asyncDispose]() {
      await rest()
      for (const villager of villagers) villager[Symbol.dispose]()
    },
  }
  await until(() => villagers.every((each) => isOnline(each) && isReady(each)), {
    ms: onlineMsMax,
    what: () => `all online: ${statesOf(villagers)}`,
  })
  return crowd
}

const isReady = ({ rooms }: Villager): boolean => rooms.every((room) => room.timeline().state === 'ready')

async function type(
  villager: Villager,
  { random, signal }: { readonly random: Random; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    await sleep(random() * 2 * actEveryMs, null, { signal }).catch(() => undefined)
    // Who is cut off goes on writing for a while, but not for ever: their outbox is to be sent within the bounds.
    if (!signal.aborted && pendingOf(villager) < 40) await villager.act(random)
  }
}

async function settled(
  { server, village }: Pick<CrowdOptions, 'server' | 'village'>,
  { journal, villagers, look }: Crowd,
): Promise<Settled> {
  const looked = (): boolean => {
    look(1)
    return villagers.every(isOnline)
  }
  const onlineMs = await until(looked, { ms: onlineMsMax, what: () => `all online: ${statesOf(villagers)}` })
  // Changes of messages are sent until they are answered; a message is over when its author has seen it, too.
  const isAnswered = (): boolean =>
    [...journal.asked.values()].every(({ command, outcome }) => command.cmd === 'send' || outcome.is !== 'unknown')
  const startMs = performance.now()
  await until(() => villagers.every((each) => pendingOf(each) === 0) && isAnswered(), {
    ms: equalMsMax,
    what: () => `all answered: ${statesOf(villagers)}`,
  })
  let broken: readonly string[] = []
  const isWhole = async (): Promise<boolean> => {
    broken = await brokenPromises({ server, village }, { journal, villagers })
    return broken.length === 0
  }
  await until(isWhole, { ms: equalMsMax, what: () => `${summaryOf(broken)}\n${statesOf(villagers)}` })
  return { onlineMs, equalMs: performance.now() - startMs }
}

async function brokenPromises(
  { server, village }: Pick<CrowdOptions, 'server' | 'village'>,
  { journal, villagers }: Pick<Crowd, 'journal' | 'villagers'>,
): Promise<readonly string[]> {
  const { rooms, owner } = village
  const histories = await Promise.all(rooms.map(async (room) => readHistory(server, owner.token, room)))
  const pending = new Set(villagers.flatMap((each) => each.rooms.flatMap((room) => room.pending().map(({ id }) => id))))
  return [
    ...journal.contradictions,
    ...checkTyped(journal, { pending, histories }),
    ...histories.flatMap((history) => checkHistory(journal, history)),
    ...villagers.flatMap(({ handle, rooms: opened }) =>
      opened.flatMap((room, index) => {
        const history = histories[index]
        return history === undefined ? [] : checkView(handle, room, history)
      }),
    ),
  ]
}

function statesOf(villagers: readonly Villager[]): string {
  return villagers
    .map((each) => `${each.handle} ${JSON.stringify(each.client.link())} ${pendingOf(each)} pending`)
    .join('; ')
}
