/**
 * The command queue of one process: keyed order, batches, a bound, and an answer for everything that was accepted.
 *
 * An idle worker gets its batch in the next turn of the event loop, with all that the sockets brought in this one; a busy
 * one takes what came meanwhile. Who comes when, and how much of a key: lanes.ts.
 *
 * There are no leases: the process is the worker, and a handler that never settles keeps its keys (its callers have a time
 * limit of their own [Q7]). Nothing is retried here: a batch whose handler throws is `lost`, and whoever owns the intent
 * asks again [Q6]. Expiry goes by `clock.nowMs()`: exact for starting a command; the answer of one that nobody starts may
 * come `sweepGapMs` later.
 */

import type { Clock } from '../clock.ts'
import { MadangError } from '../madang-error.ts'
import type { Report } from '../spawn.ts'
import type { Answer, BatchHandler, CommandQueue, Enqueued, QueuedCommand } from './commands.ts'
import { openDeadlines, type Deadlines } from './deadlines.ts'
import { Lanes, type Batch } from './lanes.ts'

export type MemoryCommandQueueOptions = {
  /** Commands that may wait or be handled at once; one more is refused. */
  readonly commandsMax: number
  /** What a refused caller is told. */
  readonly retryAfterMs: number
}

type Deps = { readonly clock: Clock; readonly report: Report }

/**
 * A queue in this process; nothing survives it. Disposing answers what waits with `lost`, refuses what comes, and waits for
 * the batches that have begun (so a handler must not dispose its own worker or queue).
 */
export function openMemoryCommandQueue(options: MemoryCommandQueueOptions, deps: Deps): CommandQueue {
  const queue = new MemoryCommandQueue(options, deps)
  return {
    enqueue: async (command) => queue.enqueue(command),
    work: (limits, handle) => queue.work(limits.batchMax, handle),
    depth: () => queue.depth(),
    [Symbol.asyncDispose]: () => queue.close(),
  }
}

type Pending = { readonly command: QueuedCommand; readonly settle: (answer: Answer) => void }

type Worker = {
  readonly batchMax: number
  readonly handle: BatchHandler
  state: 'idle' | 'working' | 'dismissed'
  /** Settles when it has nothing more to do. Never rejects. */
  running: Promise<void>
}

class MemoryCommandQueue {
  readonly #options: MemoryCommandQueueOptions
  readonly #clock: Clock
  readonly #report: Report
  readonly #lanes = new Lanes<Pending>()
  readonly #deadlines: Deadlines
  readonly #workers = new Set<Worker>()
  #waiting = 0
  #handling = 0
  #isClosed = false
  #isHandingOver = false

  constructor(options: MemoryCommandQueueOptions, deps: Deps) {
    this.#options = options
    this.#clock = deps.clock
    this.#report = deps.report
    this.#deadlines = openDeadlines((nowMs) => this.#sweep(nowMs), deps)
  }

  depth(): number {
    return this.#waiting + this.#handling
  }

  enqueue(command: QueuedCommand): Enqueued {
    if (this.#isClosed || this.depth() >= this.#options.commandsMax) {
      return { is: 'refused', retryAfterMs: this.#options.retryAfterMs }
    }
    const { promise, resolve } = Promise.withResolvers<Answer>()
    this.#waiting++
    this.#lanes.push(command.key, { command, settle: resolve })
    this.#deadlines.add(command.expiresAtMs)
    this.#handOverSoon()
    return { is: 'accepted', durability: 'memory', answer: promise }
  }

  work(batchMax: number, handle: BatchHandler): AsyncDisposable {
    if (this.#isClosed) throw new MadangError('closed', 'the command queue is closed', { retryable: false })
    if (!Number.isSafeInteger(batchMax) || batchMax < 1) throw new RangeError(`batchMax cannot be ${batchMax}`)
    const worker: Worker = { batchMax, handle, state: 'idle', running: Promise.resolve() }
    this.#workers.add(worker)
    this.#handOverSoon()
    return { [Symbol.asyncDispose]: () => this.#dismiss(worker) }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#deadlines.close()
    this.#lanes.retain((pending) => this.#drop(pending, { is: 'lost', reason: 'the command queue was closed' }))
    await Promise.all([...this.#workers].map((worker) => this.#dismiss(worker)))
  }

  async #dismiss(worker: Worker): Promise<void> {
    worker.state = 'dismissed'
    await worker.running
    // Not before: who closes the queue meanwhile has to wait for it, too.
    this.#workers.delete(worker)
  }

  /** In the next turn, so that the commands of one turn share a batch. */
  #handOverSoon(): void {
    if (this.#isHandingOver || !this.#lanes.hasReady || this.#idleWorker() === null) return
    this.#isHandingOver = true
    setImmediate(() => {
      this.#isHandingOver = false
      const worker = this.#idleWorker()
      if (worker !== null && this.#lanes.hasReady) worker.running = this.#run(worker)
    })
  }

  #idleWorker(): Worker | null {
    for (const worker of this.#workers) if (worker.state === 'idle') return worker
    return null
  }

  async #run(worker: Worker): Promise<void> {
    worker.state = 'working'
    do {
      const batch = this.#take(worker.batchMax)
      // More is ready than one batch holds: wake another worker.
      this.#handOverSoon()
      if (batch.values.length === 0) break
      await this.#handle(worker, batch)
    } while (isWorking(worker))
    if (isWorking(worker)) worker.state = 'idle'
    // A worker that was dismissed leaves the keys it held to the others.
    this.#handOverSoon()
  }

  #take(batchMax: number): Batch<Pending> {
    const nowMs = this.#clock.nowMs()
    const batch = this.#lanes.take(
      batchMax,
      (pending) => pending.command.expiresAtMs > nowMs || this.#drop(pending, { is: 'expired' }),
    )
    this.#waiting -= batch.values.length
    this.#handling += batch.values.length
    return batch
  }

  async #handle(worker: Worker, batch: Batch<Pending>): Promise<void> {
    const commands = batch.values.map(({ command }) => command)
    const answers = await this.#answers(worker.handle, commands)
    this.#handling -= commands.length
    this.#lanes.release(batch)
    for (const [index, { settle }] of batch.values.entries()) settle(answerAt(answers, index))
  }

  /** One for each command; or the reason why there are none. */
  async #answers(handle: BatchHandler, commands: readonly QueuedCommand[]): Promise<readonly string[] | Lost> {
    try {
      const answers = await handle(commands)
      if (answers.length === commands.length) return answers
      const counts = { commands: commands.length, answers: answers.length }
      this.#report('command batch answered with the wrong number of answers', counts)
      return { is: 'lost', reason: 'the worker answered with the wrong number of answers' }
    } catch (error) {
      this.#report('command batch failed', { commands: commands.length, error })
      return { is: 'lost', reason: 'the worker failed' }
    }
  }

  #sweep(nowMs: number): number | null {
    let earliestMs = Number.POSITIVE_INFINITY
    this.#lanes.retain((pending) => {
      const { expiresAtMs } = pending.command
      if (expiresAtMs <= nowMs) return this.#drop(pending, { is: 'expired' })
      earliestMs = Math.min(earliestMs, expiresAtMs)
      return true
    })
    return this.#waiting === 0 ? null : earliestMs
  }

  /** Answers a command that waits and will not be handled. False: it is not kept. */
  #drop(pending: Pending, answer: Answer): false {
    this.#waiting--
    pending.settle(answer)
    return false
  }
}

type Lost = Extract<Answer, { readonly is: 'lost' }>

function answerAt(answers: readonly string[] | Lost, index: number): Answer {
  if ('is' in answers) return answers
  const body = answers[index]
  return body === undefined ? { is: 'lost', reason: 'the worker left out an answer' } : { is: 'done', body }
}

/** A function, because the state may change in every await, which the compiler does not follow. */
function isWorking(worker: Worker): boolean {
  return worker.state === 'working'
}
