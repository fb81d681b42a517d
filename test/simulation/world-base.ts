/** What all parts of a simulated world share. */

import type { Engine } from '../../src/store/sqlite/engine.ts'
import type { Dice } from './dice.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trouble } from './trouble.ts'
import type { Truth } from './truth.ts'

export type Base = {
  readonly scheduler: Scheduler
  readonly dice: Dice
  readonly trouble: Trouble
  readonly engine: Engine
  readonly truth: Truth
  /** Ids of what the servers make: rooms, sessions, tokens. */
  readonly newId: () => string
  /** A line for the trace, kept short: the last ones are printed when the world fails. */
  readonly trace: (line: () => string) => void
  /** A broken promise. The first one is the world's failure. */
  readonly broken: (rule: string, says: string) => void
  /** The store and the queue of all processes are out of reach. */
  readonly outage: { store: boolean; queue: boolean }
}

/** How long something takes: mostly nothing, seldom long. */
export function delayMs({ dice, trouble }: Base): number {
  const share = dice.random()
  if (!trouble.isOn) return share < 0.7 ? 0 : dice.between(1, 5)
  if (share < 0.5) return 0
  return share < 0.92 ? dice.between(1, 15) : dice.between(15, 150)
}
