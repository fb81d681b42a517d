/** How long to wait before the next try: full jitter, so that clients that failed together do not return together. */

import type { Random } from '../random.ts'

const firstMs = 500
const longestMs = 30_000

export type Backoff = {
  /** Random from 0 to a bound that doubles with each call: 0.5 s, 1 s, 2 s … 30 s. */
  readonly nextMs: () => number
  readonly reset: () => void
}

export function openBackoff(random: Random): Backoff {
  let tries = 0
  return {
    nextMs: () => Math.round(random() * Math.min(longestMs, firstMs * 2 ** Math.min(tries++, 10))),
    reset() {
      tries = 0
    },
  }
}
