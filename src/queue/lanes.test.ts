import { expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { Lanes, type Batch } from './lanes.ts'

type Numbered = { readonly key: string; readonly n: number }

const all = (): boolean => true

test('[Q3] a lane that a batch holds stays held when all that waited in it was dropped', () => {
  const lanes = new Lanes<string>()
  lanes.push('a', 'a1')
  const batch = lanes.take(10, all)
  lanes.push('a', 'a2')
  lanes.retain(() => false)
  lanes.push('a', 'a3')
  expect(lanes.hasReady).toBe(false)
  expect(lanes.take(10, all).values).toEqual([])
  lanes.release(batch)
  expect(lanes.take(10, all).values).toEqual(['a3'])
})

test('[Q3] a key that was dropped and comes again has one lane', () => {
  const lanes = new Lanes<string>()
  lanes.push('a', 'a1')
  lanes.retain(() => false)
  expect(lanes.hasReady).toBe(false)
  lanes.push('a', 'a2')
  const batch = lanes.take(10, all)
  lanes.push('a', 'a3')
  expect(batch.values).toEqual(['a2'])
  expect(lanes.hasReady).toBe(false)
})

test('a batch passes over what is not wanted until it finds something', () => {
  const lanes = new Lanes<string>()
  for (const key of ['a', 'b', 'c']) lanes.push(key, key)
  expect(lanes.take(1, (value) => value === 'c').values).toEqual(['c'])
  expect(lanes.hasReady).toBe(false)
  lanes.push('a', 'again')
  expect(lanes.take(1, all).values).toEqual(['again'])
})

test.for([1, 2, 3, 4])(
  '[Q3] whatever happens, keys keep their order and have one batch at a time, chance %i',
  (seed) => {
    const random = seededRandom(seed)
    const lanes = new Lanes<Numbered>()
    const waiting = new Map<string, number[]>()
    const batches: Batch<Numbered>[] = []

    function takeOne(): void {
      const batch = lanes.take(1 + Math.floor(random() * 4), all)
      for (const { key, n } of batch.values) expect(waiting.get(key)?.shift(), 'in order').toBe(n)
      const held = new Set(batches.flatMap(({ values }) => values.map(({ key }) => key)))
      expect(batch.values.filter(({ key }) => held.has(key))).toEqual([])
      batches.push(batch)
    }
    function releaseOne(): void {
      for (const batch of batches.splice(Math.floor(random() * batches.length), 1)) lanes.release(batch)
    }
    function dropSome(): void {
      lanes.retain(({ key, n }) => {
        const isKept = random() < 0.5
        if (!isKept) waiting.set(key, waiting.get(key)?.filter((other) => other !== n) ?? [])
        return isKept
      })
    }

    for (let n = 0; n < 2_000; n++) {
      const chance = random()
      if (chance < 0.5) {
        const key = `key ${Math.floor(random() * 4)}`
        waiting.set(key, [...(waiting.get(key) ?? []), n])
        lanes.push(key, { key, n })
      } else if (chance < 0.7) takeOne()
      else if (chance < 0.97) releaseOne()
      else dropSome()
    }
    while (batches.length > 0) releaseOne()
    while (lanes.hasReady) {
      takeOne()
      while (batches.length > 0) releaseOne()
    }
    expect([...waiting.values()].flat()).toEqual([])
  },
)
