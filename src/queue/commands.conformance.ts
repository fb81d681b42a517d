/** What every command queue keeps [Q1 Q3 Q4 Q6 Q7]. An adapter calls `testCommandQueue` with a way to open one. */

import { describe, expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import type { Answer } from './commands.ts'
import { heldBatches } from './conformance/held-batches.ts'
import { accepted, ask, lost, put, turn, type OpenQueue } from './conformance/queue-under-test.ts'

export type { OpenQueue, QueueUnderTest } from './conformance/queue-under-test.ts'

const roomy = { commandsMax: 1_000, retryAfterMs: 250 }

export function testCommandQueue(name: string, open: OpenQueue): void {
  describe(`command queue: ${name}`, () => {
    testAnswers(open)
    testOrder(open)
    testBounds(open)
    testExpiry(open)
    testEndings(open)
  })
}

function testAnswers(open: OpenQueue): void {
  test('[Q1] accepting a command says how durable it is', async () => {
    await using bench = await open(roomy)
    const enqueued = await put(bench, 'a', '1')
    expect(enqueued).toMatchObject({ is: 'accepted', durability: bench.durability })
  })

  test('[Q4] each command is answered with its own answer', async () => {
    await using bench = await open(roomy)
    bench.queue.work({ batchMax: 10 }, async (batch) => batch.map(({ body }) => `did ${body}`))
    const answers = await Promise.all(['1', '2', '3', '4'].map(async (body) => ask(bench, `key ${body}`, body)))
    expect(answers).toEqual(['1', '2', '3', '4'].map((body) => ({ is: 'done', body: `did ${body}` })))
  })

  test('[Q4] a worker gets the command as it was enqueued', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    const command = { key: '방 1', body: '{"text":"안녕 👋 \\u0000"}', expiresAtMs: bench.nowMs() + 10_000 }
    await bench.queue.enqueue(command)
    bench.queue.work({ batchMax: 10 }, held.handle)
    const batch = await held.next()
    batch.finish()
    expect(batch.commands).toEqual([command])
  })

  test('[Q4 Q6] a handler that throws makes the answers of its batch lost, is reported, and is not called again', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    const answers = [ask(bench, 'a', '1'), ask(bench, 'b', '2')]
    await accepted(bench, 2)
    bench.queue.work({ batchMax: 10 }, held.handle)
    const poisoned = await held.next()
    poisoned.fail(new Error('poison'))
    expect(await Promise.all(answers)).toEqual([lost, lost])
    expect(bench.reported()).toHaveLength(1)

    const healthy = ask(bench, 'a', '3')
    const next = await held.next()
    next.finish()
    expect(next.bodies).toEqual(['3'])
    expect(await healthy).toEqual({ is: 'done', body: 'did 3' })
  })

  test('[Q6] a poisoned batch does not stop the batches beside it', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    bench.queue.work({ batchMax: 1 }, held.handle)
    bench.queue.work({ batchMax: 1 }, held.handle)
    const answers = [ask(bench, 'a', 'poison'), ask(bench, 'b', 'fine')]
    const batches = [await held.next(), await held.next()]
    batches.find(({ bodies }) => bodies[0] === 'poison')?.fail(new Error('poison'))
    expect(await answers[0]).toEqual(lost)
    batches.find(({ bodies }) => bodies[0] === 'fine')?.finish()
    expect(await answers[1]).toEqual({ is: 'done', body: 'did fine' })
  })

  test.for([[[]], [['only one']], [['1', '2', '3']]])(
    '[Q4] a handler with the wrong number of answers (%j for two) makes all lost',
    async ([bodies]) => {
      await using bench = await open(roomy)
      const answers = [ask(bench, 'a', '1'), ask(bench, 'a', '2')]
      await accepted(bench, 2)
      bench.queue.work({ batchMax: 10 }, async () => bodies ?? [])
      expect(await Promise.all(answers)).toEqual([lost, lost])
      expect(bench.reported()).toHaveLength(1)
    },
  )
}

function testOrder(open: OpenQueue): void {
  test('[Q3] several commands of a key share a batch in their order, at most batchMax of them', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    for (const body of ['1', '2', '3', '4', '5']) await put(bench, 'a', body)
    bench.queue.work({ batchMax: 3 }, held.handle)
    const first = await held.next()
    first.finish()
    const second = await held.next()
    second.finish()
    expect([first.bodies, second.bodies]).toEqual([
      ['1', '2', '3'],
      ['4', '5'],
    ])
  })

  test('[Q3] a key is never in two batches at once; other keys go on', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    bench.queue.work({ batchMax: 10 }, held.handle)
    bench.queue.work({ batchMax: 10 }, held.handle)
    await put(bench, 'a', 'a1')
    const first = await held.next()
    await put(bench, 'a', 'a2')
    await put(bench, 'b', 'b1')
    const beside = await held.next()
    expect([first.bodies, beside.bodies]).toEqual([['a1'], ['b1']])
    first.finish()
    const after = await held.next()
    expect(after.bodies).toEqual(['a2'])
    beside.finish()
    after.finish()
  })

  test.for([1, 2, 3])('[Q3 Q4] with three workers and chance %i, every key keeps its order', async (seed) => {
    await using bench = await open(roomy)
    const random = seededRandom(seed)
    const [running, done] = [new Set<string>(), new Map<string, number[]>()]
    const handle = async (batch: readonly { readonly key: string; readonly body: string }[]): Promise<string[]> => {
      const keys = [...new Set(batch.map(({ key }) => key))]
      for (const key of keys) expect(running.has(key), `${key} is in two batches`).toBe(false)
      for (const key of keys) running.add(key)
      for (let turns = random() * 4; turns > 0; turns--) await turn()
      for (const { key, body } of batch) done.set(key, [...(done.get(key) ?? []), Number(body)])
      for (const key of keys) running.delete(key)
      return batch.map(({ body }) => body)
    }
    for (const batchMax of [1, 4, 9]) bench.queue.work({ batchMax }, handle)

    const answers: Promise<Answer>[] = []
    for (let count = 0; count < 200; count++) {
      answers.push(ask(bench, `key ${Math.floor(random() * 5)}`, String(count)))
      if (random() < 0.3) await turn()
    }
    expect(await Promise.all(answers)).toEqual(answers.map((_, count) => ({ is: 'done', body: String(count) })))
    for (const bodies of done.values()) expect(bodies).toEqual(bodies.toSorted((a, b) => a - b))
  })

  test('what came while a batch was handled fills the next one', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    bench.queue.work({ batchMax: 10 }, held.handle)
    await put(bench, 'a', 'first')
    const first = await held.next()
    for (const body of ['1', '2', '3']) await put(bench, `key ${body}`, body)
    first.finish()
    const second = await held.next()
    second.finish()
    expect(second.bodies.toSorted()).toEqual(['1', '2', '3'])
  })

  test('a key with a long backlog does not starve another', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    for (let count = 0; count < 100; count++) await put(bench, 'long', `long ${count}`)
    await put(bench, 'short', 'short')
    bench.queue.work({ batchMax: 10 }, held.handle)
    const first = await held.next()
    first.finish()
    const second = await held.next()
    second.finish()
    expect([...first.bodies, ...second.bodies]).toContain('short')
  })
}

function testBounds(open: OpenQueue): void {
  test('what does not fit is refused with the time to wait, and fits when there is room again', async () => {
    await using bench = await open({ commandsMax: 2, retryAfterMs: 250 })
    using held = heldBatches()
    const answer = ask(bench, 'a', '1')
    await put(bench, 'a', '2')
    expect(await put(bench, 'b', '3')).toEqual({ is: 'refused', retryAfterMs: 250 })

    bench.queue.work({ batchMax: 1 }, held.handle)
    const first = await held.next()
    expect(bench.queue.depth()).toBe(2)
    expect(await put(bench, 'b', '4'), 'being handled counts').toMatchObject({ is: 'refused' })
    first.finish()
    await answer
    expect(bench.queue.depth()).toBe(1)
    expect(await put(bench, 'b', '5')).toMatchObject({ is: 'accepted' })
  })
}

function testExpiry(open: OpenQueue): void {
  test('[Q4 Q7] a command that nobody started in time is answered expired, with no worker at all', async () => {
    await using bench = await open(roomy)
    const answers = [ask(bench, 'a', 'late', 5_000), ask(bench, 'a', 'early', 1_000)]
    await accepted(bench, 2)
    await bench.advance(1_000)
    expect(bench.queue.depth()).toBe(1)
    expect(await answers[1]).toEqual({ is: 'expired' })
    await bench.advance(4_000)
    expect(bench.queue.depth()).toBe(0)
    expect(await answers[0]).toEqual({ is: 'expired' })
  })

  test('[Q4 Q7] a command expires behind one of its key that is being handled; the one that was begun is done', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    bench.queue.work({ batchMax: 10 }, held.handle)
    const begun = ask(bench, 'a', 'begun', 1_000)
    const batch = await held.next()
    const behind = ask(bench, 'a', 'behind', 1_000)
    await accepted(bench, 2)
    await bench.advance(1_000)
    expect(await behind).toEqual({ is: 'expired' })
    batch.finish()
    expect(await begun).toEqual({ is: 'done', body: 'did begun' })
    expect(bench.queue.depth()).toBe(0)
  })

  test('[Q7] no worker is given a command that has expired; those around it are done', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    const expired = ask(bench, 'a', 'old', 0)
    const fresh = ask(bench, 'a', 'fresh', 10_000)
    await accepted(bench, 2)
    bench.queue.work({ batchMax: 10 }, held.handle)
    const batch = await held.next()
    batch.finish()
    expect(batch.bodies).toEqual(['fresh'])
    expect(await expired).toEqual({ is: 'expired' })
    expect(await fresh).toEqual({ is: 'done', body: 'did fresh' })
  })
}

function testEndings(open: OpenQueue): void {
  test('[Q4] disposing the queue answers what waits with lost, finishes what has begun, and refuses what comes', async () => {
    await using bench = await open(roomy)
    using held = heldBatches()
    bench.queue.work({ batchMax: 1 }, held.handle)
    const begun = ask(bench, 'a', '1')
    const batch = await held.next()
    const waiting = ask(bench, 'a', '2')
    await accepted(bench, 2)

    let isDisposed = false
    const disposing = bench.queue[Symbol.asyncDispose]().then(() => (isDisposed = true))
    expect(await waiting).toEqual(lost)
    await turn()
    expect(isDisposed).toBe(false)
    batch.finish()
    await disposing
    expect(await begun).toEqual({ is: 'done', body: 'did 1' })
    expect(bench.queue.depth()).toBe(0)
    expect(await put(bench, 'a', '3')).toMatchObject({ is: 'refused' })
    await bench.queue[Symbol.asyncDispose]()
  })

  test('disposing a worker waits for what it began and leaves the rest to the others', async () => {
    await using bench = await open(roomy)
    using leaving = heldBatches()
    using staying = heldBatches()
    const worker = bench.queue.work({ batchMax: 1 }, leaving.handle)
    const begun = ask(bench, 'a', '1')
    const batch = await leaving.next()
    const rest = ask(bench, 'a', '2')
    let isDisposed = false
    const disposing = worker[Symbol.asyncDispose]().then(() => (isDisposed = true))
    bench.queue.work({ batchMax: 1 }, staying.handle)
    await turn()
    expect(isDisposed).toBe(false)
    batch.finish()
    expect(await begun).toEqual({ is: 'done', body: 'did 1' })
    await disposing
    const next = await staying.next()
    next.finish()
    expect(await rest).toEqual({ is: 'done', body: 'did 2' })
    await worker[Symbol.asyncDispose]()
  })
}
