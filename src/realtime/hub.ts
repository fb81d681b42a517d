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

import type { LayerValue } from '../layer/layer.ts'
import type { Connection } from './consumer.ts'

/** Changes `from` … `to` of a stream, ready to be written. Carried by the layer as a message. */
export type StreamEvent = {
  readonly stream: string
  readonly from: number
  readonly to: number
  /** The encoded server frame: the same for every reader. */
  readonly text: string
  /** Owners (people) who may not see this or anything later: their followers are dropped before it is written [G6]. */
  readonly drop: readonly string[]
  /** The application's own notes, for listeners. Opaque to the hub. */
  readonly notes: LayerValue
}

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
  readonly read: (after: number) => Promise<
    | { readonly is: 'page'; readonly texts: readonly string[]; readonly through: number; readonly isLast: boolean }
    | { readonly is: 'denied' }
  >
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
   * Tells of each event of a stream once, in order, without its bytes; `page` events of a healed hole, too. `headMoved`
   * when a head check found changes of an unfollowed stream that were not announced. Resolves when joined, with the head.
   */
  readonly listen: (stream: string, listener: StreamListener) => Promise<{ readonly head: number | null } & Disposable>
  /** Sends a text to the present followers of a stream of this process. At most once: typing, receipts. */
  readonly whisper: (stream: string, text: string, except?: Connection) => void
  /** Compares the heads of all followed streams with the log, now; heals what is behind. */
  readonly checkHeads: () => Promise<void>
  readonly stats: () => HubStats
}

export type StreamListener = {
  readonly event: (event: Pick<StreamEvent, 'stream' | 'from' | 'to' | 'notes'>) => void
}

export type HubStats = {
  readonly streams: number
  readonly followers: number
  readonly holesHealed: number
  readonly behind: number
}
