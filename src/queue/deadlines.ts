/**
 * One sleep for any number of deadlines on the wall clock: wakes its owner when the earliest is reached.
 *
 * The owner looks through what it holds and answers with the earliest deadline that is left. It is woken on time, but not
 * more often than every `sweepGapMs`: with that, a backlog whose deadlines are all different is looked through twenty
 * times a second and not once for each.
 */

import type { Clock } from '../clock.ts'
import { spawner, type Report } from '../spawn.ts'

/** Ends what is due at `nowMs` and returns the earliest deadline of the rest; null: nothing is left. */
export type Sweep = (nowMs: number) => number | null

export type Deadlines = {
  /** Costs a comparison, unless it is earlier than all others. */
  readonly add: (deadlineMs: number) => void
  /** Ends the sleep; the owner is not woken any more. */
  readonly close: () => void
}

/** The gap between two sweeps: 10 000 waiting commands take about 0.1 ms to look through. */
export const sweepGapMs = 50

export function openDeadlines(sweep: Sweep, deps: { readonly clock: Clock; readonly report: Report }): Deadlines {
  const { clock } = deps
  const spawn = spawner(deps.report)
  let isClosed = false
  let sleep: { readonly untilMs: number; readonly alarm: AbortController } | null = null

  async function keep(firstMs: number): Promise<void> {
    let untilMs: number | null = firstMs
    while (untilMs !== null) {
      const alarm = new AbortController()
      sleep = { untilMs, alarm }
      await clock.sleep(Math.max(1, untilMs - clock.nowMs()), alarm.signal)
      if (alarm.signal.aborted) return
      const nextMs = sweep(clock.nowMs())
      untilMs = nextMs === null ? null : Math.max(nextMs, clock.nowMs() + sweepGapMs)
    }
    sleep = null
  }

  return {
    add(deadlineMs) {
      if (isClosed || (sleep !== null && sleep.untilMs <= deadlineMs)) return
      sleep?.alarm.abort('changed')
      spawn('command deadlines', () => keep(deadlineMs))
    },
    close() {
      isClosed = true
      sleep?.alarm.abort('changed')
    },
  }
}
