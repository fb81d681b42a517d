/**
 * The outgoing side of a stream: what came since the last flush becomes one buffer for all its live followers.
 *
 * Flushed at the end of the tick, or a few milliseconds later when the stream is hot: then a write carries several events,
 * and writes are what costs (reference/performance.md section 1f). A huge stream is served in slices, a turn of the event loop
 * each; the next flush waits for the last slice, so that nobody sees two batches in the wrong order.
 */

import type { Flushable } from './flusher.ts'
import { frameText } from './frame-text.ts'
import type { Seat } from './seat.ts'
import type { StreamHome } from './stream-home.ts'

/** Framed changes `from` … `to`, shared by all who get them. */
export type Batch = { readonly from: number; readonly to: number; readonly bytes: Uint8Array }

const rateWindowMs = 100

export class FanOut implements Flushable {
  readonly #home: StreamHome
  readonly #seats: ReadonlySet<Seat>
  #frames: Buffer[] = []
  /** The revs of `#frames`, while there are any. */
  #from = 0
  #to = 0
  #sending: { readonly batch: Batch; readonly seats: Iterator<Seat> } | null = null
  #sentRev = 0
  /** Followers that are reading the log; while there are any, `#recent` remembers what they miss. */
  #readers = 0
  #recent: Batch[] = []
  #recentBytes = 0
  #windowAtMs = 0
  #windowEvents = 0
  #windowEventsBefore = 0

  constructor(home: StreamHome, seats: ReadonlySet<Seat>) {
    this.#home = home
    this.#seats = seats
  }

  /** Forgets what was not sent yet: the stream goes on after `rev`, and its followers read for themselves. */
  restart(rev: number): void {
    this.#frames = []
    this.#sending = null
    this.#recent = []
    this.#recentBytes = 0
    this.#sentRev = rev
  }

  /** Queues the next changes; `from` follows the last `to`. */
  push(text: string, from: number, to: number): void {
    if (this.#seats.size === 0) return this.restart(to)
    if (this.#frames.length === 0) this.#from = from
    this.#frames.push(frameText(text))
    this.#to = to
    const isHot = this.#countEvent()
    // More than one frame: the flush is due already. Slices under way: their end asks for it.
    if (this.#frames.length > 1 || this.#sending !== null) return
    if (isHot) this.#home.flushLater(this)
    else this.#home.flusher.fanOut(this)
  }

  flush(): void {
    this.#sending ??= this.#take()
    if (this.#sending === null) return
    const { batch, seats } = this.#sending
    // The set's own iterator: who leaves meanwhile is skipped, who joins comes last and has the batch already.
    for (let left = this.#home.options.followersPerTurn; left > 0; left--) {
      const next = seats.next()
      if (next.done === true) {
        this.#sending = null
        break
      }
      next.value.take(batch)
    }
    if (this.#sending !== null || this.#frames.length > 0) this.#home.flusher.fanOut(this)
  }

  /** Leads a follower that has read the log up to `rev` to the live stream. Null: it must read once more. */
  bridge(rev: number): readonly Batch[] | null {
    if (rev >= this.#sentRev) return []
    const first = this.#recent[0]
    if (first === undefined || first.from > rev + 1) return null
    return this.#recent.filter(({ to }) => to > rev)
  }

  /** Whether a follower at `rev` has missed nothing. */
  isAt(rev: number): boolean {
    return rev === this.#sentRev
  }

  /** A follower begins to read; from now on nothing it could miss is forgotten, within bounds. */
  readerCame(): void {
    this.#readers++
  }

  readerLeft(): void {
    this.#readers--
    if (this.#readers > 0) return
    this.#recent = []
    this.#recentBytes = 0
  }

  #take(): { readonly batch: Batch; readonly seats: Iterator<Seat> } | null {
    if (this.#frames.length === 0) return null
    const [first = Buffer.alloc(0)] = this.#frames
    const bytes = this.#frames.length === 1 ? first : Buffer.concat(this.#frames)
    const batch = { from: this.#from, to: this.#to, bytes }
    this.#frames = []
    this.#sentRev = batch.to
    if (this.#readers > 0) this.#remember(batch)
    return { batch, seats: this.#seats.values() }
  }

  #remember(batch: Batch): void {
    this.#recent.push(batch)
    this.#recentBytes += batch.bytes.length
    while (this.#recentBytes > this.#home.options.recentBytesMax) {
      this.#recentBytes -= this.#recent.shift()?.bytes.length ?? 0
    }
  }

  /** Whether the stream is hot, with this event. */
  #countEvent(): boolean {
    const { hotFlushMs, hotEventsPerSecond } = this.#home.options
    if (hotFlushMs === 0) return false
    const nowMs = this.#home.clock.monotonicMs()
    const agoMs = nowMs - this.#windowAtMs
    if (agoMs >= rateWindowMs) {
      this.#windowEventsBefore = agoMs < 2 * rateWindowMs ? this.#windowEvents : 0
      this.#windowEvents = 0
      this.#windowAtMs = nowMs
    }
    this.#windowEvents++
    const events = Math.max(this.#windowEvents, this.#windowEventsBefore)
    return events * 1000 > hotEventsPerSecond * rateWindowMs
  }
}
