/** What all streams of a hub share. */

import type { Clock } from '../clock.ts'
import type { ChannelLayer } from '../layer/layer.ts'
import type { Random } from '../random.ts'
import type { Report, Spawn } from '../spawn.ts'
import type { Flushable, Flusher } from './flusher.ts'
import type { Heads } from './heads.ts'
import type { StreamLog } from './hub.ts'

export type HubOptions = {
  /** A hot stream is flushed this long after its first event instead of at the end of the tick; 0: never delayed. */
  readonly hotFlushMs: number
  /** A stream with more events than this is hot. */
  readonly hotEventsPerSecond: number
  /** Followers that are served in one turn of the event loop; the rest in the next ones. */
  readonly followersPerTurn: number
  /** A stream that nobody follows is kept this long: reloads do not churn. */
  readonly graceMs: number
  readonly idleStreamsMax: number
  /** What is kept of a stream while a follower catches up, so that it can meet a stream that runs on. */
  readonly recentBytesMax: number
  /** Events beyond a hole that are kept while the log is read. */
  readonly heldEventsMax: number
  /** The head of a stream is read after joining its group, or after this long when the layer does not answer. */
  readonly joinWaitMs: number
  readonly headsPerCallMax: number
  /** A failed reading is tried again after about 100 ms, then twice as long each time, up to this. */
  readonly retryMsMax: number
}

export const hubDefaults: HubOptions = {
  hotFlushMs: 5,
  hotEventsPerSecond: 50,
  followersPerTurn: 2_000,
  graceMs: 10_000,
  idleStreamsMax: 1_000,
  recentBytesMax: 512 * 1024,
  heldEventsMax: 256,
  joinWaitMs: 2_000,
  headsPerCallMax: 500,
  retryMsMax: 5_000,
}

export type HubDeps = {
  readonly layer: Pick<ChannelLayer, 'subscribe' | 'onLink'>
  readonly log: StreamLog
  readonly clock: Clock
  readonly random: Random
  readonly spawn: Spawn
  readonly report: Report
  readonly flusher: Flusher
}

export type StreamHome = HubDeps & {
  readonly options: HubOptions
  readonly heads: Heads
  readonly counts: { followers: number; behind: number; holesHealed: number }
  /** Flushes after `hotFlushMs`, with the other hot streams. */
  readonly flushLater: (stream: Flushable) => void
  /** Aborts when the hub closes. */
  readonly closing: AbortSignal
  /** Waits before the next try. @param failures how many there were, from 1 */
  readonly backOff: (failures: number) => Promise<void>
}
