/**
 * One follower's place in a stream: catching up, live, behind, or ended.
 *
 * It catches up by reading the log page by page, and goes live when it has met what the live ones got last. While it reads it
 * gets nothing live; what it misses is in a later page or in what the fan-out remembers for it. A reader that stalls is
 * behind; when it has drained it catches up again [G8]. What the fan-out remembers may be used without asking for permission,
 * since a follower that loses it is ended by the event itself, before anything later is written [G6].
 */

import type { Connection } from './consumer.ts'
import type { Batch, FanOut } from './fan-out.ts'
import type { Follower, Following } from './hub.ts'
import type { StreamHome } from './stream-home.ts'

type SeatState = 'catching_up' | 'live' | 'behind' | 'ended'

export type SeatStream = {
  readonly name: string
  readonly home: StreamHome
  readonly fanOut: FanOut
  /** Resolves when the stream's group is joined and its head is known. */
  readonly joined: () => Promise<void>
  readonly leave: (seat: Seat) => void
}

export class Seat implements Following {
  readonly #stream: SeatStream
  readonly #follower: Follower
  #rev: number
  #state: SeatState = 'behind'

  /** Not live yet: `catchUp` starts it, when the stream knows it. */
  constructor(stream: SeatStream, follower: Follower, after: number) {
    this.#stream = stream
    this.#follower = follower
    this.#rev = after
    stream.home.counts.followers++
    stream.home.counts.behind++
  }

  rev(): number {
    return this.#rev
  }

  [Symbol.dispose](): void {
    if (this.#state === 'ended') return
    this.#become('ended')
    this.#stream.home.counts.followers--
    this.#stream.leave(this)
  }

  /** Ends it because its owner may not read what comes after `to`; unless it was read with permission since. */
  drop(owners: readonly string[], to: number): void {
    if (this.#rev < to && owners.includes(this.#follower.owner)) this.#end()
  }

  /** Reads the log from where it is, and goes live. */
  catchUp(): void {
    if (this.#state === 'ended' || this.#state === 'catching_up') return
    this.#become('catching_up')
    this.#stream.home.spawn('catch up', () => this.#readToLive())
  }

  take(batch: Batch): void {
    if (this.#state !== 'live' || this.#rev >= batch.to) return
    // Should not happen; if it did, the log would mend it rather than a reader find it.
    if (this.#rev < batch.from - 1) return this.catchUp()
    const { connection } = this.#follower
    if (connection.isBehind()) return this.#waitForDrain()
    connection.sendFramed(batch.bytes)
    this.#rev = batch.to
  }

  whisper(frames: Uint8Array, except: Connection | undefined): void {
    const { connection } = this.#follower
    if (this.#state === 'live' && connection !== except && !connection.isBehind()) connection.sendFramed(frames)
  }

  async #readToLive(): Promise<void> {
    const { home, name } = this.#stream
    await this.#stream.joined()
    if (this.#isReading() && this.#follower.isKnownCurrent === true && this.#stream.fanOut.isAt(this.#rev)) {
      this.#goLive()
      return
    }
    let failures = 0
    while (this.#isReading()) {
      if (this.#follower.connection.isBehind()) return this.#waitForDrain()
      const before = this.#rev
      try {
        const answer = await this.#follower.read(before)
        if (!this.#isReading()) return
        if (answer.is === 'denied') return this.#end()
        for (const text of answer.texts) this.#follower.connection.send(text)
        this.#rev = answer.through
        if (answer.isLast && this.#goLive()) return
        if (answer.through > before) failures = 0
        // The log is older than what was announced: a moment later it is not.
        else await home.backOff(++failures)
      } catch (error) {
        home.report('catching up failed', { stream: name, after: before, error })
        await home.backOff(++failures)
      }
    }
  }

  /** False: the stream ran on too far while the log was read. */
  #goLive(): boolean {
    const missed = this.#stream.fanOut.bridge(this.#rev)
    if (missed === null) return false
    for (const { bytes, to } of missed) {
      this.#follower.connection.sendFramed(bytes)
      this.#rev = to
    }
    this.#become('live')
    return true
  }

  #waitForDrain(): void {
    this.#become('behind')
    this.#follower.connection.onceDrained(() => this.catchUp())
  }

  /** Looked at after every await: the connection may have closed, the person have left or been removed. */
  #isReading(): boolean {
    if (this.#state !== 'catching_up') return false
    if (this.#follower.connection.isOpen()) return true
    this[Symbol.dispose]()
    return false
  }

  #end(): void {
    if (this.#state === 'ended') return
    this[Symbol.dispose]()
    try {
      this.#follower.ended()
    } catch (error) {
      this.#stream.home.report('follower failed when it was ended', { stream: this.#stream.name, error })
    }
  }

  #become(state: SeatState): void {
    const { fanOut, home } = this.#stream
    if (this.#state === 'catching_up') fanOut.readerLeft()
    if (this.#state === 'behind') home.counts.behind--
    this.#state = state
    if (state === 'catching_up') fanOut.readerCame()
    if (state === 'behind') home.counts.behind++
  }
}
