/** Scenarios of processes that end: the server by a stop, and programs with an outbox by a kill. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { openOutboxChild } from './child.ts'
import { openCrowd } from './crowd.ts'
import { readHistory } from './history.ts'
import { until } from './until.ts'
import { openVillage } from './village.ts'
import { isOnline } from './villager.ts'

export type Stopped = { readonly exitCode: number | null; readonly stopMs: number; readonly backMs: number }

/** SIGTERM in a burst; started again, and nobody looks at their page until all are back. */
export async function stopUnderLoad(seed: number): Promise<Stopped> {
  await using opened = await openVillage()
  const { server, village } = opened
  await using crowd = await openCrowd({ server, village, random: seededRandom(seed) })
  crowd.work()
  await sleep(1_000)
  await crowd.burst()
  const startMs = performance.now()
  const exitCode = await server.stop()
  const stopMs = performance.now() - startMs
  await server.restart()
  const isBack = (): boolean => crowd.villagers.every(isOnline)
  // The longest back-off is 30 s; most are back in five.
  const backMs = await until(isBack, { ms: 35_000, what: 'all are back by themselves' })
  await crowd.settle()
  return { exitCode, stopMs, backMs }
}

export type Typed = {
  /** What the program said that it had put into its outbox. */
  readonly typed: readonly string[]
  /** Those of its messages in the history, in the history's order. */
  readonly stored: readonly string[]
}

/** A program types and is killed, four times; the server with it, two times. Then it sends what is left. */
export async function killPrograms(seed: number): Promise<Typed> {
  await using opened = await openVillage()
  const { server, village } = opened
  const random = seededRandom(seed)
  const [room] = village.rooms
  const [author] = village.people
  if (room === undefined || author === undefined) throw new Error('no village')
  const folder = await mkdtemp(join(tmpdir(), 'madang-outbox-'))
  const url = new URL('ws', server.url.replace(/^http/, 'ws')).href
  try {
    using child = openOutboxChild({ url, token: author.token, room, file: join(folder, 'outbox') })
    for (let life = 0; life < 4; life++) {
      await child.live(1_000)
      const before = child.typed.length
      const isTyping = (): boolean => child.typed.length > before + 5
      await until(isTyping, { ms: 15_000, what: `life ${life} types` })
      await sleep(random() * 400)
      // The server dies before the program does, so that what it types then is in its outbox alone.
      if (life % 2 === 1) await server.restart()
    }
    await child.live(0)
    await until(child.isEmpty, { ms: 20_000, what: 'the outbox is empty' })
    const { messages } = await readHistory(server, village.owner.token, room)
    return { typed: child.typed, stored: messages.flatMap(({ author: by, id }) => (by === author.user ? [id] : [])) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
