/** Chance, seeded: every choice of a world comes from here. */

import { seededRandom } from '../../src/testing/seeded-random.ts'

export type Dice = {
  readonly random: () => number
  readonly chance: (share: number) => boolean
  /** A whole number from `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number
  /** One of them; undefined when there is none. */
  readonly pick: <T>(of: readonly T[]) => T | undefined
  /** One of the names, each as often as its weight says. */
  readonly weighted: <Name extends string>(weights: Readonly<Record<Name, number>>) => Name
  readonly shuffled: <T>(of: readonly T[]) => T[]
}

export function openDice(seed: number): Dice {
  const random = seededRandom(seed)
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1))
  return {
    random,
    chance: (share) => random() < share,
    between,
    pick: (of) => of[Math.floor(random() * of.length)],
    weighted(weights) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of the argument
      const entries = Object.entries(weights) as [keyof typeof weights, number][]
      let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [name, weight] of entries) {
        left -= weight
        if (left < 0) return name
      }
      throw new Error('no weights')
    },
    shuffled(of) {
      const rest = [...of]
      for (let at = rest.length - 1; at > 0; at--) {
        const other = between(0, at)
        const [a, b] = [rest[at], rest[other]]
        if (a !== undefined && b !== undefined) [rest[at], rest[other]] = [b, a]
      }
      return rest
    },
  }
}
