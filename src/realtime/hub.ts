/**
 * The hub of a process: brings the events of streams to the connections that follow them [G3 G4 G8].
 *
 * A stream is a log whose changes are counted 1, 2, 3 … by `rev` (a room, or what is a person's own). The hub knows the
 * rev it has delivered of each stream. The layer brings announcements and may lose, repeat or reorder them: an older one is
 * dropped, the next one delivered, and one beyond a hole makes the hub read the log, once for all followers. A follower
 * joins by reading pages of the log until it meets the hub's rev, and then is live.
 *
 * Each event is encoded and framed once. What a tick brings to a connection is one write. A connection whose reader stalls
 * is marked behind, gets nothing live, and reads the log again when it has drained.
 */

import type { LayerValue, LinkState } from '../layer/layer.ts'
import type { Connection } from './consumer.ts'
import type { Flushable } from './flusher.ts'
import { openHeads } from './heads.ts'
import type { HubDeps, HubOptions, StreamHome } from './stream-home.ts'
import type { StreamEvent } from './stream-event.ts'
import { Stream } from './stream.ts'

export type { StreamEvent } from './stream-event.ts'

/** What the hub reads when it has missed something, and to find its place. */
export type StreamLog = {
  /** The last revs, in order; null: no such stream. One round trip. */
  readonly heads: (streams: readonly string[]) => Promise<readonly (number | null)[]>
  /** A page of state after a rev, for all followers; too far behind: each follower reads for itself. */
  readonly read: (stream: string, after: number) => Promise<LogPage | { readonly is: 'too_far' }>
}
export type LogPage = {
  readonly is: 'page'
  readonly text: string
  readonly through: number
  readonly isLast: boolean
  readonly drop: readonly string[]
  readonly notes: LayerValue
}

export type Follower = {
  readonly connection: Connection
  /** Who reads: compared with `drop`. */
  readonly owner: string
  /** The follower's own catch-up, with its permissions checked as they are now. A snapshot is a last page. */
  readonly read: (
    after: number,
  ) => Promise<
    | { readonly is: 'page'; readonly texts: readonly string[]; readonly through: number; readonly isLast: boolean }
    | { readonly is: 'denied' }
  >
  /**
   * It has just been told all up to the rev it follows from, and may read the stream whatever happens: when nothing is
   * missing it goes live without a read. A page then tells it nothing.
   */
  readonly isKnownCurrent?: boolean
  /** Dropped or denied: it is not followed any more. */
  readonly ended: () => void
}

export type Following = Disposable & {
  /** The last rev that was handed to the connection. */
  readonly rev: () => number
}

export type Hub = AsyncDisposable & {
  /** Follows from `after` on: joins, catches up, and goes live. */
  readonly follow: (stream: string, follower: Follower, after: number) => Following
  /**
   * Tells of each change of a stream once, in order, without its bytes: of an event, of a page that healed a hole (with the
   * page's notes), or of a leap over more than is told in pages (notes null). Resolves when joined, with the head.
   */
  readonly listen: (stream: string, listener: StreamListener) => Promise<{ readonly head: number | null } & Disposable>
  /** Sends a text to the present followers of a stream of this process. At most once: typing, receipts. */
  readonly whisper: (stream: string, text: string, except?: Connection) => void
  /**
   * Compares the heads of the followed streams (`all`: also of those that are only listened to; a list: of these) with the
   * log, now, and begins to heal what is behind. Rejects when the log cannot be asked.
   */
  readonly checkHeads: (which?: WhichStreams) => Promise<void>
  readonly stats: () => HubStats
}

export type WhichStreams = 'followed' | 'all' | readonly string[]

export type StreamListener = {
  readonly event: (event: Pick<StreamEvent, 'stream' | 'from' | 'to' | 'notes'>) => void
}

export type HubStats = {
  readonly streams: number
  readonly followers: number
  readonly holesHealed: number
  readonly behind: number
}

/** A hub. Disposing leaves all groups; followers get nothing more and are not told. */
export function openHub(options: HubOptions, deps: HubDeps): Hub {
  const hub = new StreamHub(options, deps)
  return {
    follow: (stream, follower, after) => hub.stream(stream).follow(follower, after),
    listen: (stream, listener) => hub.stream(stream).listen(listener),
    whisper: (stream, text, except) => hub.whisper(stream, text, except),
    checkHeads: (which = 'followed') => hub.checkHeads(which),
    stats: () => hub.stats(),
    [Symbol.asyncDispose]: () => hub.close(),
  }
}

class StreamHub {
  readonly #home: StreamHome
  readonly #streams = new Map<string, Stream>()
  /** Streams that nobody follows or listens to, and since when; the oldest first. */
  readonly #idle = new Map<Stream, number>()
  readonly #closing = new AbortController()
  readonly #link: Disposable
  #linkState: LinkState | null = null
  #flushingLater: Flushable[] = []

  constructor(options: HubOptions, deps: HubDeps) {
    this.#home = {
      ...deps,
      options,
      heads: openHeads(deps.log, deps, { streamsPerCallMax: options.headsPerCallMax }),
      counts: { followers: 0, behind: 0, holesHealed: 0 },
      flushLater: (stream) => this.#flushLater(stream),
      closing: this.#closing.signal,
      backOff: (failures) => {
        const ms = Math.min(options.retryMsMax, 100 * 2 ** (failures - 1))
        return deps.clock.sleep(ms * (0.5 + deps.random() / 2), this.#closing.signal)
      },
    }
    this.#link = deps.layer.onLink((state) => this.#linkChanged(state))
    deps.spawn('forget idle streams', () => this.#forgetIdle())
  }

  /** The stream, joined from now on. */
  stream(name: string): Stream {
    const known = this.#streams.get(name)
    if (known !== undefined) {
      this.#idle.delete(known)
      return known
    }
    const stream = new Stream(name, this.#home, (emptied) => this.#emptied(emptied))
    if (this.#closing.signal.aborted) this.#home.spawn('leave stream', () => stream.close())
    else this.#streams.set(name, stream)
    return stream
  }

  whisper(name: string, text: string, except: Connection | undefined): void {
    this.#streams.get(name)?.whisper(text, except)
  }

  async checkHeads(which: WhichStreams): Promise<void> {
    const names: string[] = []
    const some =
      typeof which === 'string' ? this.#streams.values() : which.flatMap((name) => this.#streams.get(name) ?? [])
    for (const stream of some) {
      const isAsked = which === 'followed' ? stream.isFollowed() : !stream.isEmpty()
      if (isAsked && stream.isJoined()) names.push(stream.name)
    }
    await this.#home.heads.readAll(names, (name, head) => this.#streams.get(name)?.sawHead(head))
  }

  stats(): HubStats {
    return { streams: this.#streams.size, ...this.#home.counts }
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#link[Symbol.dispose]()
    const streams = [...this.#streams.values()]
    this.#streams.clear()
    this.#idle.clear()
    await Promise.all(streams.map((stream) => stream.close()))
  }

  #linkChanged(state: LinkState): void {
    const before = this.#linkState
    this.#linkState = state
    if (before !== 'down' || state !== 'up') return
    // Anything may have been missed [L9]. Nobody waits for the idle ones: they join afresh when somebody does.
    for (const stream of this.#idle.keys()) this.#forget(stream)
    this.#home.spawn('check heads', () => this.#checkHeadsUntilDone())
  }

  async #checkHeadsUntilDone(): Promise<void> {
    for (let failures = 1; !this.#closing.signal.aborted; failures++) {
      try {
        return await this.checkHeads('all')
      } catch (error) {
        this.#home.report('checking heads failed', { error })
        await this.#home.backOff(failures)
      }
    }
  }

  #emptied(stream: Stream): void {
    this.#idle.delete(stream)
    this.#idle.set(stream, this.#home.clock.monotonicMs())
    if (this.#idle.size <= this.#home.options.idleStreamsMax) return
    const [oldest] = this.#idle.keys()
    if (oldest !== undefined) this.#forget(oldest)
  }

  #forget(stream: Stream): void {
    this.#idle.delete(stream)
    this.#streams.delete(stream.name)
    this.#home.spawn('leave stream', () => stream.close())
  }

  async #forgetIdle(): Promise<void> {
    const { clock, options } = this.#home
    while (!this.#closing.signal.aborted) {
      await clock.sleep(options.graceMs / 2, this.#closing.signal)
      const beforeMs = clock.monotonicMs() - options.graceMs
      for (const [stream, sinceMs] of this.#idle) {
        if (sinceMs > beforeMs) break
        this.#forget(stream)
      }
    }
  }

  #flushLater(stream: Flushable): void {
    this.#flushingLater.push(stream)
    // One timer for all hot streams: a person in several of them gets one write.
    if (this.#flushingLater.length === 1) this.#home.spawn('flush hot streams', () => this.#flushHot())
  }

  async #flushHot(): Promise<void> {
    await this.#home.clock.sleep(this.#home.options.hotFlushMs, this.#closing.signal)
    const streams = this.#flushingLater
    this.#flushingLater = []
    for (const stream of streams) this.#home.flusher.fanOut(stream)
  }
}
