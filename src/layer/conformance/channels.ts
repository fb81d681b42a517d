/** The rows of the channel layer list about channels and their groups: level 2. Part of `testChannelLayer`. */

import { expect, test } from 'vitest'
import { seededRandom } from '../../testing/seeded-random.ts'
import { ChannelFull, type ChannelLayer, type LayerMessage } from '../layer.ts'
import { allValues, type LayerUnderTest, type OpenLayer } from './layer-under-test.ts'

export function testChannels(open: OpenLayer): void {
  testMailboxes(open)
  testWaiting(open)
  testGroups(open)
  testNames(open)
}

function testMailboxes(open: OpenLayer): void {
  test('[channels L1 L2] a channel gives the messages in the order they were sent', async () => {
    await using bench = await openQuiet(open)
    await sendAll(bench.layer, 'jobs', [{ n: 1 }, { n: 2 }, { n: 3 }])
    expect(await receiveAll(bench.layer, 'jobs', 3)).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }])
  })

  test('[channels L3] a new channel is reached by its name, also from elsewhere', async () => {
    await using bench = await openQuiet(open)
    const channel = await bench.layer.newChannel()
    expect(channel).toMatch(/^specific\.[^!]+![^!]+$/)
    expect(await bench.layer.newChannel('chat')).toMatch(/^chat\.[^!]+![^!]+$/)
    await bench.elsewhere.send(channel, { n: 1 })
    expect(await bench.layer.receive(channel)).toEqual({ n: 1 })
  })

  test('[channels L4] a full channel throws ChannelFull and enqueues nothing', async () => {
    await using bench = await openQuiet(open, { capacity: 3 })
    const channel = await bench.layer.newChannel()
    await sendAll(bench.layer, channel, [{ n: 1 }, { n: 2 }, { n: 3 }])
    await expect(bench.layer.send(channel, { n: 4 })).rejects.toThrow(ChannelFull)
    expect(await receiveAll(bench.layer, channel, 2)).toEqual([{ n: 1 }, { n: 2 }])
    await bench.layer.send(channel, { n: 5 })
    expect(await receiveAll(bench.layer, channel, 2)).toEqual([{ n: 3 }, { n: 5 }])
  })

  test('[channels L5] a pattern sets the capacity of the channels it matches', async () => {
    await using bench = await openQuiet(open, { channelCapacity: [['one*', 1]] })
    await sendAll(bench.layer, 'one.more', [{ n: 1 }])
    await expect(bench.layer.send('one.more', { n: 2 })).rejects.toThrow(ChannelFull)
    await sendAll(bench.layer, 'two', [{ n: 1 }, { n: 2 }])
  })

  test('[channels L16 L17] a channel carries 1 MB and all kinds of values', async () => {
    await using bench = await openQuiet(open)
    const channel = await bench.layer.newChannel()
    const long: LayerMessage = { text: '가'.repeat(350_000) }
    await sendAll(bench.elsewhere, channel, [long, allValues])
    expect(await bench.layer.receive(channel)).toEqual(long)
    expect(await bench.layer.receive(channel)).toEqual(allValues)
  })

  test('[channels L18] the reserved key is rejected', async () => {
    await using bench = await openQuiet(open)
    const channel = await bench.layer.newChannel()
    await expect(bench.layer.send(channel, { __asgi_channel__: 'a' })).rejects.toThrow(TypeError)
    await expect(bench.layer.groupSend('room', { __asgi_channel__: 'a' })).rejects.toThrow(TypeError)
  })
}

function testWaiting(open: OpenLayer): void {
  test('[channels L14] a wait that is given up ends with its reason, takes nothing, and the layer works on', async () => {
    await using bench = await openQuiet(open)
    const channel = await bench.layer.newChannel()
    const stop = new AbortController()
    const waiting = bench.layer.receive(channel, stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await bench.layer.send(channel, { n: 1 })
    await expect(bench.layer.receive(channel, stop.signal), 'given up before it began').rejects.toThrow('enough')
    expect(await bench.layer.receive(channel)).toEqual({ n: 1 })
  })

  test.for([1, 2])('[channels L15] waits given up at any moment lose and repeat nothing, chance %i', async (seed) => {
    await using bench = await openQuiet(open, { capacity: 30 })
    const random = seededRandom(seed)
    const channel = await bench.layer.newChannel()
    for (let n = 0; n < 100; n++) {
      const stop = new AbortController()
      const waiting = bench.layer.receive(channel, stop.signal).catch(() => null)
      const sending = bench.elsewhere.send(channel, { n })
      for (let turns = Math.floor(random() * 8); turns > 0; turns--) await Promise.resolve()
      stop.abort()
      await sending
      expect((await waiting) ?? (await bench.layer.receive(channel))).toEqual({ n })
    }
  })

  test('[channels L20] of two who wait on a channel each gets one', async () => {
    await using bench = await openQuiet(open)
    const waiting = [bench.layer.receive('jobs'), bench.layer.receive('jobs')]
    await sendAll(bench.layer, 'jobs', [{ n: 1 }, { n: 2 }])
    expect((await Promise.all(waiting)).toSorted((a, b) => Number(a['n']) - Number(b['n']))).toEqual([
      { n: 1 },
      { n: 2 },
    ])
  })

  test('[channels L22] a busy channel does not starve a quiet one', async () => {
    await using bench = await openQuiet(open, { capacity: 1_000 })
    const [busy, quiet] = [await bench.layer.newChannel(), await bench.layer.newChannel()]
    await sendAll(
      bench.layer,
      busy,
      Array.from({ length: 500 }, (_, n) => ({ n })),
    )
    let busyReceived = 0
    const reading = (async () => {
      while (busyReceived < 500) {
        await bench.layer.receive(busy)
        busyReceived++
      }
    })()
    await bench.layer.send(quiet, { n: 0 })
    await bench.layer.receive(quiet)
    expect(busyReceived).toBeLessThan(500)
    await reading
  })
}

function testGroups(open: OpenLayer): void {
  test('[channels L8 L9] the members of a group get a message once each, who has left gets none', async () => {
    await using bench = await openQuiet(open)
    const channels = [await bench.layer.newChannel(), await bench.layer.newChannel(), await bench.layer.newChannel()]
    for (const channel of channels) await bench.layer.groupAdd('room', channel)
    await bench.layer.groupDiscard('room', channels[1] ?? '')
    await bench.layer.groupSend('room', { n: 1 })
    for (const channel of channels) await bench.layer.send(channel, { last: true })
    const received = await Promise.all(channels.map((channel) => bench.layer.receive(channel)))
    expect(received).toEqual([{ n: 1 }, { last: true }, { n: 1 }])
    expect(await bench.layer.receive(channels[0] ?? ''), 'each gets it once').toEqual({ last: true })
  })

  test('[channels L10] a member at capacity is left out without an error; it gets what fitted, in order', async () => {
    await using bench = await openQuiet(open, { capacity: 3 })
    const [full, other] = [await bench.layer.newChannel(), await bench.layer.newChannel()]
    for (const channel of [full, other]) await bench.layer.groupAdd('room', channel)
    for (let n = 0; n < 3; n++) await bench.layer.groupSend('room', { n })
    await receiveAll(bench.layer, other, 3)
    for (let n = 3; n < 5; n++) await bench.layer.groupSend('room', { n })
    expect(await receiveAll(bench.layer, full, 3)).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }])
    expect(await receiveAll(bench.layer, other, 2)).toEqual([{ n: 3 }, { n: 4 }])
  })

  test('[channels L11] leaving a group that one never joined is no error', async () => {
    await using bench = await openQuiet(open)
    await expect(bench.layer.groupDiscard('room', await bench.layer.newChannel())).resolves.toBeUndefined()
  })

  test('[channels L12] joining twice is joining once; leaving once is enough', async () => {
    await using bench = await openQuiet(open)
    const channel = await bench.layer.newChannel()
    await bench.layer.groupAdd('room', channel)
    await bench.layer.groupAdd('room', channel)
    await bench.layer.groupSend('room', { n: 1 })
    await bench.layer.groupDiscard('room', channel)
    await bench.layer.groupSend('room', { n: 2 })
    await bench.layer.send(channel, { last: true })
    expect(await receiveAll(bench.layer, channel, 2)).toEqual([{ n: 1 }, { last: true }])
  })

  test('flush forgets messages and memberships, and the layer works on', async () => {
    await using bench = await openQuiet(open)
    const channel = await bench.layer.newChannel()
    await bench.layer.groupAdd('room', channel)
    await bench.layer.send(channel, { n: 1 })
    await bench.layer.flush()
    await bench.layer.groupSend('room', { n: 2 })
    await bench.layer.send(channel, { n: 3 })
    expect(await bench.layer.receive(channel)).toEqual({ n: 3 })
  })
}

function testNames(open: OpenLayer): void {
  const words =
    'name must be a valid unicode string with length < 100 containing only ASCII alphanumerics, hyphens, underscores, or periods'

  test.for([['=+135!'], ['👋'], ['방'], ['a b'], ['a\n'], ['a!b!c'], ['!'], [''], ['x'.repeat(100)]])(
    '[channels L6 L21] the name %j is refused everywhere, with the words of the reference',
    async ([name = '']) => {
      await using bench = await openQuiet(open)
      const { layer } = bench
      const channelCalls = [
        layer.send(name, {}),
        layer.receive(name),
        layer.groupAdd('room', name),
        layer.groupDiscard('room', name),
      ]
      for (const call of channelCalls) await expect(call).rejects.toThrow(new TypeError(`Channel ${words}`))
      const groupCalls = [
        layer.groupSend(name, {}),
        layer.groupAdd(name, 'jobs'),
        layer.groupDiscard(name, 'jobs'),
        layer.subscribe(name, () => {}),
      ]
      for (const call of groupCalls) await expect(call).rejects.toThrow(new TypeError(`Group ${words}`))
    },
  )

  test('[channels L21] 99 characters pass', async () => {
    await using bench = await openQuiet(open)
    await bench.layer.send('x'.repeat(99), { n: 1 })
    expect(await bench.layer.receive('x'.repeat(99))).toEqual({ n: 1 })
    await bench.layer.groupSend('x'.repeat(99), { n: 1 })
  })

  test('[channels L13] new channels have names that nobody else has', async () => {
    await using bench = await openQuiet(open)
    const names = Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? bench.layer : bench.elsewhere).newChannel())
    expect(new Set(await Promise.all(names)).size).toBe(200)
  })
}

function openQuiet(open: OpenLayer, options: Parameters<OpenLayer>[0] = {}): Promise<LayerUnderTest> {
  return open(options, () => {})
}

async function sendAll(layer: ChannelLayer, channel: string, messages: readonly LayerMessage[]): Promise<void> {
  for (const message of messages) await layer.send(channel, message)
}

async function receiveAll(layer: ChannelLayer, channel: string, count: number): Promise<LayerMessage[]> {
  const messages: LayerMessage[] = []
  while (messages.length < count) messages.push(await layer.receive(channel))
  return messages
}
