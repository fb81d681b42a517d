/**
 * How far a reader of a stream (a room, or what is my own) has come [G4]. The cursor moves by contiguous live revs, or to
 * what a page says; never over a hole. A hole is asked for once, not once for every frame behind it.
 */

import type { Clock } from '../clock.ts'
import { type Rev, rev } from '../protocol/ids.ts'

/** A question that was not answered for so long may be asked again. */
const answerMs = 5_000

export type StreamCursor = {
  readonly rev: () => Rev
  /** A snapshot: all is known up to here. */
  readonly reset: (at: Rev) => void
  /** Live rows, those of the revs `from` to `through`. */
  readonly live: (rows: { readonly from: Rev; readonly through: Rev }) => void
  readonly page: (page: { readonly through: Rev; readonly isLast: boolean }) => void
  /** The last rev that the server says it has sent. */
  readonly head: (at: Rev) => void
  /** Asks for all behind the cursor, now: on a new link. */
  readonly follow: () => void
  /** The link is gone; so is the answer to what was asked. */
  readonly lost: () => void
}

export function openStreamCursor(deps: { readonly clock: Clock; readonly ask: (after: Rev) => void }): StreamCursor {
  let at = rev(0)
  let asked: { readonly is: 'no' } | { readonly is: 'yes'; readonly atMs: number } = { is: 'no' }

  const follow = (): void => {
    asked = { is: 'yes', atMs: deps.clock.monotonicMs() }
    deps.ask(at)
  }
  const followOnce = (): void => {
    if (asked.is === 'no' || deps.clock.monotonicMs() - asked.atMs >= answerMs) follow()
  }

  return {
    rev: () => at,
    reset(to) {
      at = to
      asked = { is: 'no' }
    },
    live({ from, through }) {
      if (through <= at) return
      if (from <= at + 1) at = through
      else followOnce()
    },
    page({ through, isLast }) {
      if (through > at) at = through
      asked = isLast ? { is: 'no' } : { is: 'yes', atMs: deps.clock.monotonicMs() }
    },
    head(last) {
      if (last > at) followOnce()
    },
    follow,
    lost() {
      asked = { is: 'no' }
    },
  }
}
