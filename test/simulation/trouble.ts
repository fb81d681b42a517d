/** The troubles of a world: which kinds it has, whether they are on, and how often each has struck. */

import type { Dice } from './dice.ts'

export const kinds = [
  'announcement lost',
  'announcement repeated',
  'announcement late',
  'layer down',
  'layer refuses',
  'command forgotten',
  'answer lost',
  'command back from the dead',
  'queue full',
  'queue down',
  'worker dies',
  'worker pauses',
  'store slow',
  'store fails',
  'commit unknown',
  'store down',
  'link cut',
  'link half open',
  'link refused',
  'reader stalls',
  'gateway killed',
  'gateway paused',
  'client killed',
  'client paused',
  'clock jumps',
  'outbox disk fails',
] as const
export type Kind = (typeof kinds)[number]
export type Counts = { [K in Kind]?: number }

/** What is thrown by a simulated fault: a report of it is expected, one of anything else is not. */
export class Injected extends Error {}

export class Trouble {
  readonly counts: Counts = {}
  readonly #dice: Dice
  readonly #kinds: ReadonlySet<Kind>
  isOn = true

  /** @param share of all kinds: worlds with few troubles find other faults than worlds with all */
  constructor(dice: Dice, share: number) {
    this.#dice = dice
    this.#kinds = new Set(kinds.filter(() => dice.chance(share)))
  }

  has(...some: readonly Kind[]): boolean {
    return some.some((kind) => this.#kinds.has(kind))
  }

  /** Whether it strikes now: as often as `share` says while troubles are on. */
  strikes(kind: Kind, share: number): boolean {
    if (!this.isOn || !this.#kinds.has(kind) || !this.#dice.chance(share)) return false
    this.counts[kind] = (this.counts[kind] ?? 0) + 1
    return true
  }
}
