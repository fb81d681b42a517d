/** A clock that a test moves by hand: time passes only in `advance`. */

import type { Clock } from '../clock.ts'

export type ManualClock = Clock & {
  /** Moves time on and wakes the sleepers whose time has come, in their order, letting each run before the next. */
  readonly advance: (ms: number) => Promise<void>
  /** Shifts the wall clock only, as an administrator or NTP would. */
  readonly jump: (ms: number) => void
  /** The sleepers that are waiting. */
  readonly sleeping: () => number
}

export function manualClock(startMs = Date.UTC(2026, 10, 22)): ManualClock {
  let monotonic = 0
  let wall = startMs
  const sleepers = new Set<{ atMs: number; wake: () => void }>()

  return {
    nowMs: () => wall,
    monotonicMs: () => monotonic,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve()
        const sleeper = {
          atMs: monotonic + ms,
          wake: () => {
            sleepers.delete(sleeper)
            signal?.removeEventListener('abort', sleeper.wake)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', sleeper.wake)
      }),
    async advance(ms) {
      const untilMs = monotonic + ms
      for (;;) {
        const next = [...sleepers].filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0]
        if (next === undefined) break
        wall += Math.max(0, next.atMs - monotonic)
        monotonic = Math.max(monotonic, next.atMs)
        next.wake()
        await settle()
      }
      wall += untilMs - monotonic
      monotonic = untilMs
      await settle()
    },
    jump(ms) {
      wall += ms
    },
    sleeping: () => sleepers.size,
  }
}

/** Lets everything that is already able to run do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
  await new Promise((resolve) => setImmediate(resolve))
}
