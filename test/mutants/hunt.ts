/**
 * Runs worlds until one breaks a promise, and prints which; nothing when none did. Run directly, in a copy of the sources:
 * `node hunt.ts LIMIT_MS SEED`.
 */

import { runWorld } from '../simulation/run.ts'
import { Broken } from '../simulation/world.ts'

const [limitMs, firstSeed] = process.argv.slice(2).map(Number)
process.stdout.write(await hunt(limitMs ?? 0, firstSeed ?? 1))

async function hunt(ms: number, first: number): Promise<string> {
  const endMs = performance.now() + ms
  for (let at = 0; performance.now() < endMs; at++) {
    const seed = at === 0 ? first : at
    try {
      await runWorld(seed)
    } catch (error) {
      // Anything else is a fault of the simulation itself.
      if (!(error instanceof Broken)) throw error
      return `seed ${seed}: ${error.message.split('\n', 1).join('')}`
    }
  }
  return ''
}
