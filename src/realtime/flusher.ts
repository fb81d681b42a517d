/**
 * The end of a tick: one `setImmediate` for the process, at which streams fan out and then connections write.
 *
 * A kernel write costs the same for 100 bytes and for 3000 (reference/performance.md section 3), so all that a tick brings to
 * a connection, from whichever streams, leaves in one.
 */

import type { Report } from '../spawn.ts'

export type Flushable = { readonly flush: () => void }

export type Flusher = {
  /** Flushes once at the end of this tick, before any write. Asked for during a flush: at the end of the next tick. */
  readonly fanOut: (stream: Flushable) => void
  /** Flushes once at the end of this tick, after all fan-outs. The caller asks only once a tick. */
  readonly write: (connection: Flushable) => void
}

/** @param schedule runs the end of the tick; tests pass their own. */
export function openFlusher(
  deps: { readonly report: Report },
  schedule: (work: () => void) => void = setImmediate,
): Flusher {
  let fanOuts: Flushable[] = []
  let writes: Flushable[] = []
  let isScheduled = false

  function end(): void {
    isScheduled = false
    const now = fanOuts
    fanOuts = []
    flushAll(now)
    const dirty = writes
    writes = []
    flushAll(dirty)
  }

  function flushAll(list: readonly Flushable[]): void {
    for (const one of list) {
      try {
        one.flush()
      } catch (error) {
        // One broken connection must not keep the others from their bytes.
        deps.report('flush failed', { error })
      }
    }
  }

  function wake(): void {
    if (isScheduled) return
    isScheduled = true
    schedule(end)
  }

  return {
    fanOut(stream) {
      fanOuts.push(stream)
      wake()
    },
    write(connection) {
      writes.push(connection)
      wake()
    },
  }
}
