import { expect, test } from 'vitest'

import { manualClock } from '../testing/manual-clock.ts'
import { bucketMap, tokenBucket } from './token-bucket.ts'

const rate = { burst: 3, perSecond: 2 }

test('[S4] a bucket gives its burst at once and then its rate', async () => {
  const clock = manualClock()
  const bucket = tokenBucket(rate, clock)
  expect([bucket.take(), bucket.take(2), bucket.take()]).toEqual([true, true, false])
  expect(bucket.msUntil()).toBe(500)
  expect(bucket.msUntil(3)).toBe(1_500)
  await clock.advance(500)
  expect([bucket.msUntil(), bucket.take(), bucket.take()]).toEqual([0, true, false])
})

test('[S4] a bucket never holds more than its burst, and says that it never will', async () => {
  const clock = manualClock()
  const bucket = tokenBucket(rate, clock)
  await clock.advance(60_000)
  expect([bucket.take(4), bucket.msUntil(4)]).toEqual([false, Infinity])
  expect([bucket.take(3), bucket.take()]).toEqual([true, false])
})

test('the wall clock may jump', () => {
  const clock = manualClock()
  const bucket = tokenBucket(rate, clock)
  bucket.take(3)
  clock.jump(3_600_000)
  expect(bucket.take()).toBe(false)
})

test('[S4] each key has its own bucket', () => {
  const buckets = bucketMap(rate, manualClock(), { keysMax: 10 })
  expect([buckets.take('a', 3), buckets.take('a'), buckets.take('b')]).toEqual([true, false, true])
  expect([buckets.msUntil('a'), buckets.msUntil('b'), buckets.msUntil('c'), buckets.msUntil('c', 4)]).toEqual([
    500,
    0,
    0,
    Infinity,
  ])
})

test('[S4] a map of buckets forgets the full ones and stays within its bound', async () => {
  const clock = manualClock()
  const buckets = bucketMap(rate, clock, { keysMax: 100 })
  for (let key = 0; key < 1_000; key++) buckets.take(`k${key}`)
  expect(buckets.size()).toBe(100)
  await clock.advance(5_000)
  for (let key = 0; key < 200; key++) buckets.take('again')
  for (let key = 0; key < 50; key++) buckets.take(`new${key}`)
  expect(buckets.size()).toBe(51)
  expect(buckets.take('again')).toBe(false)
})
