/**
 * The command queue: what absorbs a burst between the gateways and the workers that decide.
 *
 * Commands of one key are taken in the order they were enqueued, one batch of the key at a time; different keys are free.
 * Every command that was accepted is answered, whatever happens [Q4]: an answer says what became of it, or that it is not
 * known. It is bounded: what does not fit is refused at once, with the time after which to try again.
 *
 * Rules: commands.conformance.ts. Adapter: memory.ts (one process; nothing survives it, and nothing has to: whoever owns
 * the intent retries).
 */

/** What travels: opaque to the queue. */
export type QueuedCommand = {
  readonly key: string
  readonly body: string
  /** By `clock.nowMs()`: from then on no worker may start it [Q7]. */
  readonly expiresAtMs: number
}

export type Answer =
  /** A worker handled it; `body` says how. */
  | { readonly is: 'done'; readonly body: string }
  /** No worker started it in time; it was not done and will not be. */
  | { readonly is: 'expired' }
  /** The worker failed, or vanished, or the queue forgot it: done or not, nobody here can say. */
  | { readonly is: 'lost'; readonly reason: string }

export type Enqueued =
  | {
      readonly is: 'accepted'
      /** Where it is by now [Q1]: in this process, or in the broker's memory or disk. */
      readonly durability: 'memory' | 'broker' | 'fsync'
      /** Never rejects, always settles [Q4]. */
      readonly answer: Promise<Answer>
    }
  | { readonly is: 'refused'; readonly retryAfterMs: number }

/** Handles a batch: one answer body a command, in order. Throwing makes every answer of the batch `lost`. */
export type BatchHandler = (batch: readonly QueuedCommand[]) => Promise<readonly string[]>

/** Disposing it answers what waits with `lost` and disposes its workers. */
export type CommandQueue = AsyncDisposable & {
  readonly enqueue: (command: QueuedCommand) => Promise<Enqueued>
  /**
   * Lets a worker take batches of at most `batchMax` until it is disposed, which waits for those it has begun.
   * A batch holds several commands of a key in order, and a key is never in two batches at once [Q3].
   */
  readonly work: (options: { readonly batchMax: number }, handle: BatchHandler) => AsyncDisposable
  /** Commands that wait or are being handled. */
  readonly depth: () => number
}
