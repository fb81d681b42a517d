/**
 * Keyed order with fairness [Q3]: a lane, first in first out, for each key that has something.
 *
 * Lanes that no batch holds stand in a round. A batch goes around it and takes an equal share of each lane, then shares the
 * room that is left among those with more, so a long backlog delays its own key only. What a batch took from belongs to it
 * until it is released, and then goes to the end of the round. A value costs the same however long the backlog is.
 */

import { Fifo } from './fifo.ts'

export type Batch<Value> = {
  /** Those of one key in their order; keys are mixed. */
  readonly values: readonly Value[]
  readonly lanes: readonly Lane<Value>[]
}

type Lane<Value> = { readonly key: string; state: 'ready' | 'taken'; readonly waiting: Fifo<Value> }

export class Lanes<Value> {
  readonly #byKey = new Map<string, Lane<Value>>()
  readonly #round = new Fifo<Lane<Value>>()

  /** Whether some lane is not held by a batch. What it holds may turn out not to be wanted any more. */
  get hasReady(): boolean {
    return this.#round.size > 0
  }

  push(key: string, value: Value): void {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known.waiting.push(value)
    const lane: Lane<Value> = { key, state: 'ready', waiting: new Fifo() }
    lane.waiting.push(value)
    this.#byKey.set(key, lane)
    this.#round.push(lane)
  }

  /** The next batch, of at most `valuesMax` that `isWanted`; the others are dropped. Empty only if nothing is ready. */
  take(valuesMax: number, isWanted: (value: Value) => boolean): Batch<Value> {
    for (;;) {
      const lanes = this.#lanesInTurn(valuesMax)
      const values = fill(lanes, valuesMax, isWanted)
      const [held, spent] = [lanes.filter(isTaken), lanes.filter((lane) => !isTaken(lane))]
      for (const lane of spent) this.#byKey.delete(lane.key)
      if (values.length > 0 || !this.hasReady) return { values, lanes: held }
    }
  }

  /** Lets go of the lanes of a batch, once. */
  release(batch: Batch<Value>): void {
    for (const lane of batch.lanes) {
      if (lane.waiting.size === 0) {
        this.#byKey.delete(lane.key)
      } else {
        lane.state = 'ready'
        this.#round.push(lane)
      }
    }
  }

  /** Looks at everything that waits and keeps what `keep` says yes to. */
  retain(keep: (value: Value) => boolean): void {
    for (const lane of this.#byKey.values()) {
      lane.waiting.retain(keep)
      if (lane.waiting.size === 0 && !isTaken(lane)) this.#byKey.delete(lane.key)
    }
    this.#round.retain((lane) => lane.waiting.size > 0)
  }

  #lanesInTurn(lanesMax: number): Lane<Value>[] {
    const lanes: Lane<Value>[] = []
    while (lanes.length < lanesMax) {
      const lane = this.#round.shift()
      if (lane === undefined) break
      lanes.push(lane)
    }
    return lanes
  }
}

function isTaken(lane: Lane<unknown>): boolean {
  return lane.state === 'taken'
}

/** Takes from the lanes by turns until there are enough or nothing is left. There are at most as many lanes as places. */
function fill<Value>(lanes: Lane<Value>[], valuesMax: number, isWanted: (value: Value) => boolean): Value[] {
  const values: Value[] = []
  let more = lanes
  while (more.length > 0 && values.length < valuesMax) {
    const share = Math.max(1, Math.floor((valuesMax - values.length) / more.length))
    more = more.filter((lane) => {
      const room = Math.min(share, valuesMax - values.length)
      for (let taken = 0; taken < room;) {
        const value = lane.waiting.shift()
        if (value === undefined) return false
        if (!isWanted(value)) continue
        values.push(value)
        lane.state = 'taken'
        taken++
      }
      return lane.waiting.size > 0
    })
  }
  return values
}
