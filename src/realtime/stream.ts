/**
 * A stream that this process follows: its rev, its followers and listeners, and how holes heal [G4].
 *
 * The group is joined before the head is read, so what lands between the two is announced and cannot fall in a gap. From
 * then on every announcement is older (dropped), the next (delivered), or beyond a hole: then the log is read, once for all
 * followers, until the hole is closed. Nothing is lost while the log cannot be read, since the rev does not move.
 */

import type { LayerMessage } from '../layer/layer.ts'
import type { Connection } from './consumer.ts'
import { FanOut } from './fan-out.ts'
import { frameText } from './frame-text.ts'
import type { Follower, Following, LogPage, StreamEvent, StreamListener } from './hub.ts'
import { Seat, type SeatStream } from './seat.ts'
import { fromLayerMessage } from './stream-event.ts'
import type { StreamHome } from './stream-home.ts'

/** Where the stream stands; `joining` settles when it is joined, or closed. */
type Place =
  | { readonly is: 'joining'; readonly joined: PromiseWithResolvers<void> }
  | { readonly is: 'joined' }
  | { readonly is: 'closed' }

export class Stream implements SeatStream {
  readonly name: string
  readonly home: StreamHome
  readonly fanOut: FanOut
  readonly #emptied: (stream: Stream) => void
  readonly #seats = new Set<Seat>()
  #listeners: Set<StreamListener> | null = null
  #place: Place = { is: 'joining', joined: Promise.withResolvers() }
  #subscription: AsyncDisposable | null = null
  #rev = 0
  #exists = false
  /** The highest rev that is said to exist. */
  #wanted = 0
  #isHealing = false
  /** Events beyond a hole, or before the head is known. */
  #held: StreamEvent[] = []

  /** @param emptied called when the last follower or listener has left */
  constructor(name: string, home: StreamHome, emptied: (stream: Stream) => void) {
    this.name = name
    this.home = home
    this.fanOut = new FanOut(home, this.#seats)
    this.#emptied = emptied
    home.spawn('join stream', () => this.#join())
  }

  follow(follower: Follower, after: number): Following {
    const seat = new Seat(this, follower, after)
    // The hub has closed: followers get nothing and are not told.
    if (!this.#isOpen()) seat[Symbol.dispose]()
    else this.#seats.add(seat)
    seat.catchUp()
    this.#want(this.#wanted)
    return seat
  }

  async listen(listener: StreamListener): Promise<{ readonly head: number | null } & Disposable> {
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
    this.#want(this.#wanted)
    await this.joined()
    return {
      head: this.#exists ? this.#rev : null,
      [Symbol.dispose]: () => {
        if (this.#listeners?.delete(listener) === true && this.isEmpty()) this.#emptied(this)
      },
    }
  }

  whisper(text: string, except: Connection | undefined): void {
    if (this.#seats.size === 0) return
    const frames = frameText(text)
    for (const seat of this.#seats) seat.whisper(frames, except)
  }

  leave(seat: Seat): void {
    if (this.#seats.delete(seat) && this.#isOpen() && this.isEmpty()) this.#emptied(this)
  }

  /** What a head check has found. */
  sawHead(head: number | null): void {
    if (head !== null) this.#want(head)
  }

  async joined(): Promise<void> {
    if (this.#place.is === 'joining') await this.#place.joined.promise
  }

  isJoined(): boolean {
    return this.#place.is === 'joined'
  }

  isFollowed(): boolean {
    return this.#seats.size > 0
  }

  isEmpty(): boolean {
    return this.#seats.size === 0 && (this.#listeners === null || this.#listeners.size === 0)
  }

  /** Leaves the group; followers get nothing more. */
  async close(): Promise<void> {
    const place = this.#place
    this.#place = { is: 'closed' }
    if (place.is === 'joining') place.joined.resolve()
    for (const seat of this.#seats) seat[Symbol.dispose]()
    this.#listeners = null
    const subscription = this.#subscription
    this.#subscription = null
    await subscription?.[Symbol.asyncDispose]()
  }

  #isOpen(): boolean {
    return this.#place.is !== 'closed'
  }

  async #join(): Promise<void> {
    // A layer that does not answer must not keep readers from the log: the head check does its work meanwhile.
    const waiting = new AbortController()
    const subscribing = this.#subscribe().finally(() => waiting.abort('joined'))
    await this.home.clock.sleep(this.home.options.joinWaitMs, waiting.signal)
    const head = await this.#readHead()
    if (this.#place.is !== 'joining') return subscribing
    this.#exists = head !== null
    this.#rev = head ?? 0
    this.fanOut.restart(this.#rev)
    const { joined } = this.#place
    this.#place = { is: 'joined' }
    joined.resolve()
    this.#deliverHeld()
    this.#want(this.#wanted)
    const isLate = this.#subscription === null
    await subscribing
    // What was announced before the late subscription is known to the log only.
    if (isLate && this.#isOpen()) this.sawHead(await this.#readHead())
  }

  async #subscribe(): Promise<void> {
    for (let failures = 1; this.#isOpen(); failures++) {
      try {
        const subscription = await this.home.layer.subscribe(this.name, (message) => this.#receive(message))
        if (this.#isOpen()) this.#subscription = subscription
        else await subscription[Symbol.asyncDispose]()
        return
      } catch (error) {
        this.home.report('joining a stream failed', { stream: this.name, error })
        await this.home.backOff(failures)
      }
    }
  }

  /** Tries until it succeeds; null, too, when the stream was closed meanwhile. */
  async #readHead(): Promise<number | null> {
    for (let failures = 1; this.#isOpen(); failures++) {
      try {
        return await this.home.heads.read(this.name)
      } catch (error) {
        this.home.report('reading a head failed', { stream: this.name, error })
        await this.home.backOff(failures)
      }
    }
    return null
  }

  #receive(message: LayerMessage): void {
    if (!this.#isOpen()) return
    const event = fromLayerMessage(message)
    if (event === null || event.stream !== this.name) {
      this.home.report('not an event of this stream', { stream: this.name })
      return
    }
    if (this.#place.is === 'joining') return this.#hold(event)
    if (event.to <= this.#rev) return
    // At once, also beyond a hole: who is to see nothing more must not wait for the log [G6].
    this.#drop(event.drop, event.to)
    if (event.from === this.#rev + 1) {
      this.#deliver(event)
      this.#deliverHeld()
    } else {
      this.#hold(event)
    }
  }

  #hold(event: StreamEvent): void {
    this.#held.push(event)
    // The oldest goes: the log reaches further than that, and the newest are what it will not have yet.
    if (this.#held.length > this.home.options.heldEventsMax) this.#held.shift()
    this.#want(event.to)
  }

  #deliverHeld(): void {
    if (this.#held.length === 0) return
    const held = this.#held.toSorted((a, b) => a.from - b.from)
    this.#held = []
    for (const event of held) {
      // Who it drops was dropped when it came, and may have been let in again since.
      if (event.from === this.#rev + 1) {
        this.#deliver(event)
      } else if (event.from > this.#rev) {
        this.#held.push(event)
      }
    }
  }

  #deliver({ from, to, text, notes }: Pick<StreamEvent, 'from' | 'to' | 'text' | 'notes'>): void {
    this.#rev = to
    this.#exists = true
    this.fanOut.push(text, from, to)
    this.#tell({ stream: this.name, from, to, notes })
  }

  #tell(event: Parameters<StreamListener['event']>[0]): void {
    for (const listener of this.#listeners ?? []) {
      try {
        listener.event(event)
      } catch (error) {
        this.home.report('listener failed', { stream: this.name, error })
      }
    }
  }

  /** Ends the followers of those owners, before anything that comes after is queued; what is queued skips them. */
  #drop(owners: readonly string[], to: number): void {
    if (owners.length === 0) return
    for (const seat of this.#seats) seat.drop(owners, to)
  }

  /** Heals up to `rev`, unless somebody does already, or nobody is here to see it. */
  #want(rev: number): void {
    this.#wanted = Math.max(this.#wanted, rev)
    if (this.#place.is !== 'joined' || this.#isHealing || !this.#lacks()) return
    this.#isHealing = true
    this.home.spawn('heal stream', () => this.#heal())
  }

  #lacks(): boolean {
    return this.#isOpen() && !this.isEmpty() && this.#wanted > this.#rev
  }

  async #heal(): Promise<void> {
    let failures = 0
    while (this.#lacks()) {
      try {
        const wanted = this.#wanted
        const page = await this.home.log.read(this.name, this.#rev)
        if (!this.#isOpen()) return
        if (page.is === 'page') this.#applyPage(page, wanted)
        else await this.#startOver()
        failures = 0
      } catch (error) {
        this.home.report('reading a stream failed', { stream: this.name, after: this.#rev, error })
        await this.home.backOff(++failures)
      }
    }
    this.#isHealing = false
    this.home.counts.holesHealed++
  }

  #applyPage({ text, through, drop, notes, isLast }: LogPage, wanted: number): void {
    if (through > this.#rev) {
      this.#drop(drop, through)
      this.#deliver({ from: this.#rev + 1, to: through, text, notes })
    }
    this.#deliverHeld()
    if (!isLast || through >= wanted || this.#rev >= wanted) return
    // Announcements come after the commit, so what the log does not have was never written.
    this.home.report('announced beyond the log', { stream: this.name, wanted, through })
    this.#held = []
    this.#wanted = this.#rev
  }

  /** Too far behind to be told: every follower reads for itself, with its own permissions. */
  async #startOver(): Promise<void> {
    const [head = null] = await this.home.log.heads([this.name])
    if (!this.#isOpen()) return
    const from = this.#rev + 1
    if (head === null || head < from) {
      this.#wanted = this.#rev
      return
    }
    this.#rev = head
    this.fanOut.restart(head)
    for (const seat of this.#seats) seat.catchUp()
    this.#tell({ stream: this.name, from, to: head, notes: null })
    this.#deliverHeld()
  }
}
