/** Rounds of kill-rounds.ts for as long as `npm run proof` gives them, each with a seed that was never used. */

import type { Proof } from '../../tools/proof.ts'
import { type KillRounds, runKillRounds } from './kill-rounds.ts'

/** Of a round: long enough for histories of thousands of messages. */
const roundKills = 30
const roundSeconds = 60

/** What was done in so many minutes. A round that broke a promise is among the failures, with its seed. */
export async function proveFor(minutes: number): Promise<Proof> {
  const endMs = performance.now() + minutes * 60_000
  const counts = { 'kill rounds': 0, 'acknowledged by real servers': 0, 'sent again to real servers': 0, sockets: 0 }
  const faults = { 'server killed (SIGKILL)': 0 }
  const failures: string[] = []
  // The clock's: rounds are not repeated exactly anyhow, and runs of different days are to differ.
  for (let seed = Date.now() % 2 ** 31; performance.now() < endMs; seed++) {
    const seconds = Math.min(roundSeconds, (endMs - performance.now()) / 1_000)
    try {
      const done: KillRounds = await runKillRounds({ seed, kills: roundKills, seconds })
      counts['kill rounds']++
      counts['acknowledged by real servers'] += done.acknowledged
      counts['sent again to real servers'] += done.resent
      counts.sockets += done.sockets
      faults['server killed (SIGKILL)'] += done.kills
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error))
    }
  }
  return { counts, faults, failures }
}
