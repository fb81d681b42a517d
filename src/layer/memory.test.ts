import { describe, expect, test } from 'vitest'
import { manualClock } from '../testing/manual-clock.ts'
import { testChannelLayer } from './layer.conformance.ts'
import { ChannelFull, type LayerMessage, type LayerOptions, type LayerValue } from './layer.ts'
import { openMemoryLayer } from './memory.ts'
import { freezeMessage } from './message.ts'
import { follow } from './conformance/layer-under-test.ts'

testChannelLayer('memory', async (options, report) => {
  const layer = openMemoryLayer(options, { clock: manualClock(), report })
  return { layer, elsewhere: layer, link: null, [Symbol.asyncDispose]: () => layer[Symbol.asyncDispose]() }
})

function openBench(options: Partial<LayerOptions> = {}) {
  const clock = manualClock()
  const layer = openMemoryLayer(options, { clock, report: () => {} })
  return { layer, clock, [Symbol.asyncDispose]: () => layer[Symbol.asyncDispose]() }
}

/** Moves on to when the layer goes through everything, so that what comes later is not that sweep's doing. */
async function sweepAfter({ layer, clock }: ReturnType<typeof openBench>, ms: number): Promise<void> {
  await clock.advance(ms)
  await layer.groupSend('elsewhere', {})
}

describe('channel layer: memory, mailboxes', () => {
  test('[channels B1] a channel is kept while it holds a message', async () => {
    await using bench = openBench()
    await bench.layer.send('a', { n: 1 })
    expect(bench.layer.stats()).toMatchObject({ channels: 1, messages: 1 })
    await bench.layer.receive('a')
    expect(bench.layer.stats()).toMatchObject({ channels: 0, messages: 0 })
  })

  test('[channels B2] who waits still gets the next message when the channel was forgotten meanwhile', async () => {
    await using bench = openBench()
    const waiting = bench.layer.receive('a')
    await bench.layer.flush()
    await bench.layer.send('a', { n: 1 })
    expect(await waiting).toEqual({ n: 1 })
  })

  test('[channels B3] a message that is too old is not received, and its channel is forgotten', async () => {
    await using bench = openBench({ expiryMs: 100 })
    await bench.clock.advance(50)
    await bench.layer.send('a', { n: 1 })
    await sweepAfter(bench, 50)
    await bench.clock.advance(50)
    const waiting = bench.layer.receive('a')
    expect(bench.layer.stats()).toMatchObject({ channels: 0, messages: 0 })
    await bench.layer.send('a', { n: 2 })
    expect(await waiting).toEqual({ n: 2 })
  })

  test('[channels B4] a channel that nobody touches again is forgotten by what happens elsewhere', async () => {
    await using bench = openBench({ expiryMs: 100 })
    await bench.clock.advance(50)
    await bench.layer.send('a', { n: 1 })
    await bench.clock.advance(199)
    await bench.layer.groupSend('elsewhere', {})
    expect(bench.layer.stats().channels).toBe(0)
    expect(bench.clock.sleeping()).toBe(0)
  })

  test('[channels B5] of old and fresh messages only the fresh one is delivered; a full channel has room again', async () => {
    await using bench = openBench({ expiryMs: 100, capacity: 2 })
    await bench.clock.advance(40)
    await bench.layer.send('a', { n: 1 })
    await bench.clock.advance(40)
    await bench.layer.send('a', { n: 2 })
    await sweepAfter(bench, 20)
    await expect(bench.layer.send('a', { n: 3 })).rejects.toThrow(ChannelFull)
    await bench.clock.advance(40)
    await bench.layer.send('a', { n: 4 })
    expect(await bench.layer.receive('a')).toEqual({ n: 2 })
    expect(await bench.layer.receive('a')).toEqual({ n: 4 })
  })

  test('[channels B6] a channel one of whose messages expired is in no group any more', async () => {
    await using bench = openBench({ expiryMs: 100 })
    await bench.layer.groupAdd('one', 'a')
    await bench.layer.groupAdd('two', 'a')
    await bench.layer.groupAdd('two', 'b')
    await bench.clock.advance(50)
    await bench.layer.send('a', { n: 1 })
    await sweepAfter(bench, 50)
    await bench.clock.advance(50)
    await bench.layer.groupSend('two', { n: 2 })
    expect(bench.layer.stats()).toMatchObject({ channels: 1, messages: 1, groups: 1 })
    expect(await bench.layer.receive('b')).toEqual({ n: 2 })
  })

  test('[channels B7] a membership that was not renewed lapses, one that was stays', async () => {
    await using bench = openBench({ groupExpiryMs: 1_000 })
    await bench.clock.advance(500)
    await bench.layer.groupAdd('room', 'renewed')
    await bench.layer.groupAdd('room', 'lapsed')
    await bench.layer.groupAdd('empty', 'lapsed')
    await sweepAfter(bench, 500)
    await bench.layer.groupAdd('room', 'renewed')
    await bench.clock.advance(500)
    await bench.layer.groupSend('room', { n: 1 })
    expect(bench.layer.stats()).toMatchObject({ messages: 1, groups: 2 })
    await sweepAfter(bench, 499)
    expect(await bench.layer.receive('renewed')).toEqual({ n: 1 })
    await sweepAfter(bench, 1)
    expect(bench.layer.stats().groups, 'also where nobody sends').toBe(0)
  })

  test('[channels B8] mailboxes hold copies of their own, also of frozen messages', async () => {
    await using bench = openBench()
    const draft = { list: ['original'], bytes: new Uint8Array([1]) }
    for (const channel of ['a', 'b']) await bench.layer.groupAdd('room', channel)
    await bench.layer.groupSend('room', Object.freeze(draft))
    draft.list[0] = 'changed'
    draft.bytes[0] = 2
    for (const channel of ['a', 'b']) {
      const copy = await bench.layer.receive(channel)
      expect(copy).toEqual({ list: ['original'], bytes: new Uint8Array([1]) })
      if (Array.isArray(copy['list'])) copy['list'][0] = 'changed by the first receiver'
    }
  })

  test('[channels B8] a waiting receiver gets a copy, too', async () => {
    await using bench = openBench()
    const draft = { list: ['original'] }
    const waiting = bench.layer.receive('a')
    await bench.layer.send('a', draft)
    draft.list[0] = 'changed'
    expect(await waiting).toEqual({ list: ['original'] })
  })

  test('[channels B9] the capacity of a pattern is honoured by groupSend as well, and what does not fit is counted', async () => {
    await using bench = openBench({ channelCapacity: [['one', 1]] })
    await bench.layer.groupAdd('room', 'one')
    for (let n = 0; n < 3; n++) await bench.layer.groupSend('room', { n })
    expect(bench.layer.stats()).toMatchObject({ messages: 1, droppedFull: 2 })
  })
})

describe('channel layer: memory, functions', () => {
  test('all functions get the very object that a sender has frozen', async () => {
    await using bench = openBench()
    await using one = await follow(bench.layer, 'room')
    await using two = await follow(bench.layer, 'room')
    const message = freezeMessage({ text: 'once', notes: [{ n: 1 }] })
    await bench.layer.groupSend('room', message)
    await one.until(1)
    expect(one.received[0]).toBe(message)
    expect(two.received[0]).toBe(message)
  })

  test('a message that was not frozen is, deep down, when it arrives', async () => {
    await using bench = openBench()
    await using room = await follow(bench.layer, 'room')
    await bench.layer.groupSend('room', { list: [{ n: 1 }] })
    const [message] = await room.until(1)
    const list = message?.['list']
    const first: unknown = Array.isArray(list) ? list[0] : null
    expect(first).toEqual({ n: 1 })
    expect([message, list, first].map((part) => Object.isFrozen(part))).toEqual([true, true, true])
  })

  test('who subscribes after a message was sent does not get it, who was there does', async () => {
    await using bench = openBench()
    await using early = await follow(bench.layer, 'room')
    const sending = bench.layer.groupSend('room', { n: 1 })
    await using late = await follow(bench.layer, 'room')
    await sending
    await bench.layer.groupSend('room', { n: 2 })
    expect(await late.until(1)).toEqual([{ n: 2 }])
    expect(await early.until(2)).toEqual([{ n: 1 }, { n: 2 }])
  })

  test('functions that answer each other for ever leave the event loop its turns', async () => {
    await using bench = openBench()
    await using endless = await follow(
      bench.layer,
      'room',
      () => void bench.layer.groupSend('room', {}).catch(() => {}),
    )
    await bench.layer.groupSend('room', {})
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve))
    expect(endless.received.length).toBeLessThan(20)
  })
})

describe('messages', () => {
  const cyclic: Record<string, LayerValue> = {}
  cyclic['self'] = cyclic

  test.for([[undefined], [new Date(0)], [new Set()], [() => {}], [Symbol('x')], [cyclic]])(
    'a value that no layer can carry (%s) is refused',
    ([value]) => {
      expect(() => Reflect.apply(freezeMessage, null, [{ value }])).toThrow(TypeError)
    },
  )

  test('a key named __proto__ is a key like any other', () => {
    const message: LayerMessage = JSON.parse('{"__proto__":{"polluted":true}}')
    const frozen = freezeMessage(message)
    expect(Object.keys(frozen)).toEqual(['__proto__'])
    expect(frozen['polluted']).toBeUndefined()
  })
})
