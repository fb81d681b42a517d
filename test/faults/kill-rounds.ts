/**
 * Rounds of murder: a real server with twenty real clients at work is killed (SIGKILL) at moments that chance chooses, and
 * started again at once on the same port and data. At the end everything that was acknowledged must be there, once, in one
 * order, for everybody.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { openCrowd } from './crowd.ts'
import { openVillage } from './village.ts'

export type KillRoundsOptions = {
  readonly seed: number
  readonly kills: number
  /** No kill is begun after this; what was promised is looked into all the same. */
  readonly seconds: number
}

/** Numbers that add up over runs, but for those that end in `Ms`: they are this run's. */
export type KillRounds = {
  readonly kills: number
  readonly sockets: number
  readonly acknowledged: number
  readonly refused: number
  readonly resent: number
  readonly onlineMs: number
  readonly equalMs: number
}

/** Of a page that was cut off, so many are looked at when the server is back; the others wait for their back-off. */
const lookedAt = 0.7
/** From a restart to the next kill; some fall into the welcome of the crowd. */
const killMs = { min: 100, max: 1_800 }

/** A burst of the crowd is answered in about as long. */
const burstMs = 40

/** Rejects with what was broken, and the seed. The seed repeats the choices; what falls between them is the machine's. */
export async function runKillRounds({ seed, kills, seconds }: KillRoundsOptions): Promise<KillRounds> {
  const random = seededRandom(seed)
  const endMs = performance.now() + seconds * 1_000
  await using opened = await openVillage()
  const { server, village } = opened
  await using crowd = await openCrowd({ server, village, random })
  let killed = 0
  try {
    crowd.work()
    while (killed < kills && performance.now() < endMs) {
      await sleep(killMs.min + random() * (killMs.max - killMs.min))
      // Half of the kills fall into a burst, between its frames, its commits and its answers.
      if (random() < 0.5) {
        await crowd.burst()
        await sleep(random() * burstMs)
      }
      await server.kill()
      await server.restart()
      killed++
      crowd.look(lookedAt)
    }
    const settled = await crowd.settle()
    return { kills: killed, ...crowd.journal.counts, ...settled }
  } catch (cause) {
    const says = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`SEED=${seed} KILLS=${kills}: after ${killed} kills\n${says}\n${server.log}`, { cause })
  }
}
