/**
 * Time of a simulated world: events in the order of their time, and of their making when they are due together. Each runs
 * to its end, with all promises and ends of ticks that it causes, before the next one: so a seed replays exactly.
 */

import type { Clock } from '../../src/clock.ts'
import type { Life } from './life.ts'

type Due = { readonly atMs: number; readonly order: number; run: (() => void) | null }

const startMs = Date.UTC(2026, 10, 22)

export class Scheduler {
  #nowMs = 0
  #order = 0
  readonly #heap: Due[] = []
  /** How far the wall clock is from where it should be. */
  #wallOffMs = 0
  events = 0

  get nowMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return Math.floor(startMs + this.#nowMs + this.#wallOffMs)
  }

  /** Shifts the wall clock, as an administrator or NTP would. */
  jump(ms: number): void {
    this.#wallOffMs += ms
  }

  after(ms: number, run: () => void): Due {
    const due: Due = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, run }
    push(this.#heap, due)
    return due
  }

  /** Lets `ms` pass; `until` ends it early, asked after each event. */
  async pass(ms: number, until: () => boolean = () => false): Promise<void> {
    const endMs = this.#nowMs + ms
    await settled()
    for (let due = this.#heap[0]; due !== undefined && due.atMs <= endMs; due = this.#heap[0]) {
      pop(this.#heap)
      if (due.run === null) continue
      this.#nowMs = due.atMs
      this.events++
      due.run()
      await settled()
      if (until()) return
    }
    this.#nowMs = endMs
  }

  /** The clock of a process or a page: it wakes nobody who is dead, and those who are paused only later. */
  clockOf(life: Life, offMs: () => number = () => 0): Clock {
    return {
      nowMs: () => this.wallMs() + offMs(),
      monotonicMs: () => this.#nowMs,
      sleep: async (ms, signal) => {
        if (signal?.aborted === true) return
        await new Promise<void>((resolve) => {
          const due = this.after(ms, () => life.do(resolve))
          signal?.addEventListener('abort', () => {
            due.run = null
            resolve()
          })
        })
      },
    }
  }
}

const laterTurn = setImmediate
let waitingTurns = 0

/** The code under test ends its ticks with setImmediate: counted, so that a world knows when nothing more is to run. */
function countingImmediate<Args extends unknown[]>(run: (...args: Args) => void, ...args: Args): NodeJS.Immediate {
  waitingTurns++
  return laterTurn(() => {
    waitingTurns--
    run(...args)
  })
}

/** While it is held, `settled` sees the ends of ticks of everybody in this thread. */
export function holdImmediates(): Disposable {
  const before = globalThis.setImmediate
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its promise form is not used by what runs meanwhile
  globalThis.setImmediate = countingImmediate as typeof setImmediate
  return {
    [Symbol.dispose]() {
      globalThis.setImmediate = before
    },
  }
}

async function settled(): Promise<void> {
  do await new Promise<void>((resolve) => void laterTurn(resolve))
  while (waitingTurns > 0)
}

const isBefore = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

function push(heap: Due[], due: Due): void {
  let at = heap.length
  heap.push(due)
  while (at > 0) {
    const up = (at - 1) >> 1
    const above = heap[up]
    if (above === undefined || !isBefore(due, above)) break
    heap[at] = above
    at = up
  }
  heap[at] = due
}

function pop(heap: Due[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    let [least, next] = [last, -1]
    for (const child of [left, left + 1]) {
      const below = heap[child]
      if (below !== undefined && isBefore(below, least)) [least, next] = [below, child]
    }
    heap[at] = least
    if (next === -1) return
    at = next
  }
}
