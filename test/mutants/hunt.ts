/** Runs worlds until one breaks a promise. Run directly, in a copy of the sources: `node hunt.ts LIMIT_MS [SEED …]`. */

import { runWorld } from '../simulation/run.ts'
import { Broken } from '../simulation/world.ts'

const [limitMs = '3000', ...seeds] = process.argv.slice(2)

/** What was broken, or null when nothing was within the time. */
async function hunt(): Promise<{ readonly seed: number; readonly says: string } | null> {
  const endMs = performance.now() + Number(limitMs)
  const known = seeds.map(Number)
  for (let next = 1; performance.now() < endMs;) {
    const seed = known.shift() ?? next++
    try {
      await runWorld(seed)
    } catch (error) {
      // Anything else is a fault of the simulation itself.
      if (!(error instanceof Broken)) throw error
      const [says = ''] = String(error).split('\n')
      return { seed, says }
    }
  }
  return null
}

const startMs = performance.now()
const caught = await hunt()
process.stdout.write(JSON.stringify({ caught, ms: Math.round(performance.now() - startMs) }))
