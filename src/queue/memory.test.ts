import { expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import type { Answer } from './commands.ts'
import { testCommandQueue, type QueueUnderTest } from './commands.conformance.ts'
import { sweepGapMs } from './deadlines.ts'
import { openMemoryCommandQueue } from './memory.ts'
import { heldBatches } from './conformance/held-batches.ts'
import { turn } from './conformance/queue-under-test.ts'

function openBench(commandsMax = 10_000) {
  const clock = manualClock()
  const reported: string[] = []
  const queue = openMemoryCommandQueue(
    { commandsMax, retryAfterMs: 250 },
    { clock, report: (event) => void reported.push(event) },
  )
  async function ask(key: string, body: string, ttlMs = 10_000): Promise<Answer> {
    const enqueued = await queue.enqueue({ key, body, expiresAtMs: clock.nowMs() + ttlMs })
    return enqueued.is === 'accepted' ? enqueued.answer : { is: 'lost', reason: 'refused' }
  }
  return { queue, clock, reported, ask, [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose]() }
}

testCommandQueue('memory', async ({ commandsMax, retryAfterMs }): Promise<QueueUnderTest> => {
  const clock = manualClock()
  const reported: string[] = []
  const queue = openMemoryCommandQueue(
    { commandsMax, retryAfterMs },
    { clock, report: (event) => void reported.push(event) },
  )
  return {
    queue,
    durability: 'memory',
    nowMs: clock.nowMs,
    advance: clock.advance,
    reported: () => reported,
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  }
})

test('an idle queue hands over in the next turn, all of a turn in one batch', async () => {
  await using bench = openBench()
  using held = heldBatches()
  bench.queue.work({ batchMax: 10 }, held.handle)
  const answers: Promise<Answer>[] = []
  for (const key of ['a', 'b', 'c']) {
    answers.push(bench.ask(key, key))
    await Promise.resolve()
  }
  await turn()
  expect(bench.queue.depth()).toBe(3)
  const batch = await held.next()
  expect(batch.bodies).toEqual(['a', 'b', 'c'])
  batch.finish()
  await Promise.all(answers)
})

test('a batch is shared fairly: an equal part for each key, and the rest for those with more', async () => {
  await using bench = openBench()
  using held = heldBatches()
  const fill = (key: string, commands: number) => Array.from({ length: commands }, () => bench.ask(key, key))
  const answers = [...fill('a', 100), ...fill('b', 100), ...fill('c', 1)]
  bench.queue.work({ batchMax: 9 }, held.handle)
  const counts = Object.groupBy((await shift(held)).bodies, (key) => key)
  expect([counts['a']?.length, counts['b']?.length, counts['c']?.length]).toEqual([4, 4, 1])
  held.release()
  await Promise.all(answers)
})

test('with more keys than a batch holds, none comes twice before all came once', async () => {
  await using bench = openBench()
  using held = heldBatches()
  const keys = Array.from({ length: 10 }, (_, key) => `key ${key}`)
  const answers = keys.flatMap((key) => [bench.ask(key, key), bench.ask(key, key)])
  bench.queue.work({ batchMax: 5 }, held.handle)
  const first = await shift(held)
  const second = await shift(held)
  expect([...first.bodies, ...second.bodies].toSorted()).toEqual(keys)
  held.release()
  await Promise.all(answers)
})

test('what one batch cannot hold is given to the other idle workers at once', async () => {
  await using bench = openBench()
  using held = heldBatches()
  for (let count = 0; count < 3; count++) bench.queue.work({ batchMax: 1 }, held.handle)
  const answers = ['a', 'b', 'c'].map((key) => bench.ask(key, key))
  const batches = [await held.next(), await held.next(), await held.next()]
  expect(batches.flatMap(({ bodies }) => bodies)).toEqual(['a', 'b', 'c'])
  held.release()
  await Promise.all(answers)
})

test('one sleep serves all commands, and ends with the queue', async () => {
  const bench = openBench()
  const answers = Array.from({ length: 1_000 }, (_, count) => bench.ask(`key ${count % 7}`, 'x', 20_000 - count))
  await turn()
  expect(bench.clock.sleeping()).toBe(1)
  await bench.queue[Symbol.asyncDispose]()
  expect(bench.clock.sleeping()).toBe(0)
  expect(new Set((await Promise.all(answers)).map(({ is }) => is))).toEqual(new Set(['lost']))
})

test('[Q4] with deadlines close together, each is answered at most a sweep gap late', async () => {
  await using bench = openBench()
  const lateness: number[] = []
  const startMs = bench.clock.nowMs()
  const answers = Array.from({ length: 200 }, async (_, count) => {
    await bench.ask('key', 'x', 1_000 + count)
    lateness.push(bench.clock.nowMs() - startMs - 1_000 - count)
  })
  await bench.clock.advance(2_000)
  await Promise.all(answers)
  expect(Math.min(...lateness)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...lateness)).toBeLessThanOrEqual(sweepGapMs)
  expect(bench.clock.sleeping()).toBe(0)
})

test('[Q7] a wall clock set back keeps a command alive, one set forward ends it before a worker can start it', async () => {
  await using bench = openBench()
  using held = heldBatches()
  const kept = bench.ask('a', 'kept')
  await turn()
  bench.clock.jump(-60_000)
  await bench.clock.advance(10_000)
  expect(bench.queue.depth()).toBe(1)
  const ended = bench.ask('a', 'ended', 1_000)
  await turn()
  bench.clock.jump(2_000)
  bench.queue.work({ batchMax: 10 }, held.handle)
  expect((await shift(held)).bodies).toEqual(['kept'])
  expect(await kept).toEqual({ is: 'done', body: 'did kept' })
  expect(await ended).toEqual({ is: 'expired' })
})

test('keys whose commands all expired are forgotten, and used again', async () => {
  await using bench = openBench(2)
  for (let round = 0; round < 3; round++) {
    const answers = [bench.ask('a', 'x', 100), bench.ask('b', 'x', 100)]
    await bench.clock.advance(1_000)
    expect((await Promise.all(answers)).map(({ is }) => is)).toEqual(['expired', 'expired'])
  }
  bench.queue.work({ batchMax: 10 }, async (batch) => batch.map(() => 'ok'))
  expect(await bench.ask('a', 'x')).toEqual({ is: 'done', body: 'ok' })
})

test('a worker of a closed queue and a batch of nothing are refused', async () => {
  const bench = openBench()
  expect(() => bench.queue.work({ batchMax: 0 }, async () => [])).toThrow(RangeError)
  await bench.queue[Symbol.asyncDispose]()
  expect(() => bench.queue.work({ batchMax: 1 }, async () => [])).toThrow('closed')
})

async function shift(held: ReturnType<typeof heldBatches>) {
  const batch = await held.next()
  batch.finish()
  return batch
}
