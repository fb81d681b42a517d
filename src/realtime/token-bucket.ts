/** Token buckets: `burst` at once, then `perSecond` on average. One for a connection, a bounded map of them for people. */

import type { Clock } from '../clock.ts'

export type Rate = { readonly burst: number; readonly perSecond: number }

export type TokenBucket = {
  /** Takes `tokens` (1) if there are as many, else none. */
  readonly take: (tokens?: number) => boolean
  /** Milliseconds until `take(tokens)` can succeed; 0: now; Infinity: more than the bucket ever holds. */
  readonly msUntil: (tokens?: number) => number
}

export type BucketMap = {
  readonly take: (key: string, tokens?: number) => boolean
  readonly msUntil: (key: string, tokens?: number) => number
  readonly size: () => number
}

/** A full bucket of its own. */
export function tokenBucket(rate: Rate, clock: Clock): TokenBucket {
  return new Bucket(rate, clock)
}

/**
 * Buckets by key. Full ones are forgotten, since a new one is the same; above `keysMax` the one that was used longest ago
 * is forgotten too, which gives its owner a fresh burst: choose it above the number of people a process serves.
 */
export function bucketMap(rate: Rate, clock: Clock, { keysMax }: { readonly keysMax: number }): BucketMap {
  // In the order of their last use.
  const buckets = new Map<string, Bucket>()

  function forget(): void {
    // Two for each that is added: the map shrinks to the buckets that are in use, at a constant price.
    let looks = 2
    for (const [key, bucket] of buckets) {
      if (looks-- === 0) break
      if (!bucket.isFull() && buckets.size < keysMax) break
      buckets.delete(key)
    }
  }

  return {
    take(key, tokens) {
      let bucket = buckets.get(key)
      if (bucket === undefined) {
        forget()
        bucket = new Bucket(rate, clock)
      } else {
        buckets.delete(key)
      }
      buckets.set(key, bucket)
      return bucket.take(tokens)
    },
    msUntil: (key, tokens = 1) => buckets.get(key)?.msUntil(tokens) ?? (tokens > rate.burst ? Infinity : 0),
    size: () => buckets.size,
  }
}

class Bucket implements TokenBucket {
  readonly #rate: Rate
  readonly #clock: Clock
  #tokens: number
  #atMs: number

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate
    this.#clock = clock
    this.#tokens = rate.burst
    this.#atMs = clock.monotonicMs()
  }

  take(tokens = 1): boolean {
    this.#refill()
    if (this.#tokens < tokens) return false
    this.#tokens -= tokens
    return true
  }

  msUntil(tokens = 1): number {
    this.#refill()
    if (this.#tokens >= tokens) return 0
    if (tokens > this.#rate.burst) return Infinity
    return Math.ceil(((tokens - this.#tokens) / this.#rate.perSecond) * 1000)
  }

  isFull(): boolean {
    this.#refill()
    return this.#tokens >= this.#rate.burst
  }

  #refill(): void {
    const nowMs = this.#clock.monotonicMs()
    const flowed = ((nowMs - this.#atMs) * this.#rate.perSecond) / 1000
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + flowed)
    this.#atMs = nowMs
  }
}
