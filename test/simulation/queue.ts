/**
 * A broker between all processes, at its worst: it forgets commands, loses answers, hands a batch to a second worker when
 * the first is slow, and brings commands back from the dead. It keeps what the port promises: per key in order, one batch
 * of a key at a time while its lease holds.
 */

import type { Answer, BatchHandler, CommandQueue, QueuedCommand } from '../../src/queue/commands.ts'
import type { Life } from './life.ts'
import { type Base, delayMs } from './world-base.ts'

type Queued = { readonly command: QueuedCommand; readonly answer: (answer: Answer) => void; isDone: boolean }
type Worker = { readonly life: Life; readonly batchMax: number; readonly handle: BatchHandler; isBusy: boolean }
type Batch = { readonly queued: readonly Queued[]; readonly keys: ReadonlySet<string>; isOver: boolean }

const leaseMs = 3_000

export class Broker {
  readonly #base: Base
  readonly #lanes = new Map<string, Queued[]>()
  readonly #taken = new Set<string>()
  readonly #workers = new Set<Worker>()
  #isHandingOver = false

  constructor(base: Base) {
    this.#base = base
  }

  /** The queue as one process sees it. */
  viewFor(life: Life): CommandQueue {
    const line = { freeAtMs: 0 }
    return {
      enqueue: async (command) => await this.#enqueue(command, life, line),
      work: () => {
        throw new Error('workers come by `work`')
      },
      depth: () => this.#lanes.size,
      async [Symbol.asyncDispose]() {},
    }
  }

  /** Gives batches to a worker until it dies. */
  work(life: Life, batchMax: number, handle: BatchHandler): void {
    this.#workers.add({ life, batchMax, handle, isBusy: false })
    this.#handOverSoon()
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0 && this.#taken.size === 0
  }

  async #enqueue(command: QueuedCommand, life: Life, line: { freeAtMs: number }): ReturnType<CommandQueue['enqueue']> {
    const { trouble, scheduler, dice } = this.#base
    // What one process hands over arrives in its order, as on one connection.
    line.freeAtMs = Math.max(line.freeAtMs, scheduler.nowMs + delayMs(this.#base))
    const waitMs = line.freeAtMs - scheduler.nowMs
    if (waitMs > 0) await new Promise<void>((resolve) => scheduler.after(waitMs, () => life.do(resolve)))
    if (trouble.strikes('queue full', 0.03)) return { is: 'refused', retryAfterMs: dice.between(100, 1_000) }
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const settle = (answer: Answer): void => {
      if (trouble.strikes('answer lost', 0.08)) return
      scheduler.after(delayMs(this.#base), () => life.do(() => resolve(answer)))
    }
    if (!trouble.strikes('command forgotten', 0.03)) this.#push({ command, answer: settle, isDone: false })
    if (trouble.strikes('command back from the dead', 0.08)) this.#resurrect(command)
    return { is: 'accepted', durability: 'broker', answer: promise }
  }

  #resurrect(command: QueuedCommand): void {
    const { scheduler, dice } = this.#base
    scheduler.after(dice.between(50, 12_000), () => this.#push({ command, answer: () => {}, isDone: false }))
  }

  #push(queued: Queued, where: 'front' | 'back' = 'back'): void {
    const lane = this.#lanes.get(queued.command.key) ?? []
    if (where === 'back') lane.push(queued)
    else lane.unshift(queued)
    this.#lanes.set(queued.command.key, lane)
    this.#handOverSoon()
  }

  #handOverSoon(): void {
    if (this.#isHandingOver) return
    this.#isHandingOver = true
    this.#base.scheduler.after(0, () => {
      this.#isHandingOver = false
      for (const worker of this.#base.dice.shuffled([...this.#workers])) {
        if (worker.life.isDead) this.#workers.delete(worker)
        else if (!worker.isBusy && worker.life.isRunning) this.#handOver(worker)
      }
    })
  }

  #handOver(worker: Worker): void {
    const { dice, scheduler } = this.#base
    const queued: Queued[] = []
    const keys = new Set<string>()
    const most = dice.chance(0.3) ? dice.between(1, 3) : worker.batchMax
    for (const [key, lane] of this.#lanes) {
      if (this.#taken.has(key) || queued.length >= most) continue
      keys.add(key)
      this.#taken.add(key)
      queued.push(...lane.splice(0, most - queued.length))
      if (lane.length === 0) this.#lanes.delete(key)
    }
    if (queued.length === 0) return
    const batch = { queued, keys, isOver: false }
    worker.isBusy = true
    scheduler.after(leaseMs, () => this.#leaseEnded(batch))
    void this.#handle(worker, batch)
  }

  async #handle(worker: Worker, batch: Batch): Promise<void> {
    const wallMs = this.#base.scheduler.wallMs()
    const answers = await answersOf(worker.handle(batch.queued.map(({ command }) => command)))
    worker.isBusy = false
    for (const [at, { command }] of batch.queued.entries()) {
      const isLate = command.expiresAtMs <= wallMs && answers !== null && !this.#base.trouble.counts['clock jumps']
      if (isLate && answers[at]?.includes('"expired"') !== true) {
        this.#base.broken('Q7', `a command that had expired was started: ${command.body} → ${answers[at]}`)
      }
    }
    for (const [at, each] of batch.queued.entries()) {
      if (each.isDone) continue
      each.isDone = true
      each.answer(
        answers === null ? { is: 'lost', reason: 'the worker failed' } : { is: 'done', body: answers[at] ?? '' },
      )
    }
    this.#over(batch)
  }

  /** What its worker did not finish goes to another one, with the worker maybe still at it. */
  #leaseEnded(batch: Batch): void {
    if (batch.isOver) return
    this.#over(batch)
    for (const { command, answer, isDone } of batch.queued.toReversed()) {
      if (!isDone) this.#push({ command, answer, isDone }, 'front')
    }
  }

  #over(batch: Batch): void {
    if (batch.isOver) return this.#handOverSoon()
    batch.isOver = true
    for (const key of batch.keys) this.#taken.delete(key)
    this.#handOverSoon()
  }
}

/** Null: the worker threw, and cannot say what became of them. */
async function answersOf(handled: Promise<readonly string[]>): Promise<readonly string[] | null> {
  try {
    return await handled
  } catch {
    return null
  }
}
