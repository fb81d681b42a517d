/**
 * What every channel layer keeps. `[channels L4]` is a row of the project's list of channel layer behaviours; a bare [L9]
 * is a rule of the design. An adapter calls `testChannelLayer` with a way to open one.
 */

import { describe, expect, test } from 'vitest'
import { testChannels } from './conformance/channels.ts'
import type { LayerMessage, LinkState } from './layer.ts'
import { freezeMessage } from './message.ts'
import { allValues, follow, type OpenLayer } from './conformance/layer-under-test.ts'

export type { LayerUnderTest, OpenLayer } from './conformance/layer-under-test.ts'

export function testChannelLayer(name: string, open: OpenLayer): void {
  describe(`channel layer: ${name}`, () => {
    testFunctions(open)
    testIsolation(open)
    testLife(open)
    testChannels(open)
  })
}

const ignore = (): void => {}
const numbered = (count: number): LayerMessage[] => Array.from({ length: count }, (_, n) => ({ n }))

function testFunctions(open: OpenLayer): void {
  test('every function of a group gets each message once, in the order of the sender', async () => {
    await using bench = await open({}, ignore)
    await using one = await follow(bench.layer, 'room')
    await using two = await follow(bench.layer, 'room')
    await using far = await follow(bench.elsewhere, 'room')
    const sent = numbered(50)
    // Some are awaited and some are not: both are an order.
    for (const [n, message] of sent.entries()) {
      const sending = bench.layer.groupSend('room', message)
      if (n % 7 === 0) await sending
    }
    await bench.layer.groupSend('room', { last: true })
    for (const follower of [one, two, far]) expect(await follower.until(51)).toEqual([...sent, { last: true }])
  })

  test('a message reaches its group only, and an empty group is no error', async () => {
    await using bench = await open({}, ignore)
    await using room = await follow(bench.layer, 'room')
    await bench.layer.groupSend('room2', { n: 1 })
    await bench.layer.groupSend('roo', { n: 2 })
    await bench.layer.groupSend('room', { n: 3 })
    expect(await room.until(1)).toEqual([{ n: 3 }])
  })

  test('disposing a subscription stops it at once, also for what is on its way', async () => {
    await using bench = await open({}, ignore)
    await using staying = await follow(bench.layer, 'room')
    const leaving = await follow(bench.layer, 'room')
    const sending = bench.layer.groupSend('room', { n: 1 })
    const disposing = leaving[Symbol.asyncDispose]()
    await sending
    await disposing
    await bench.layer.groupSend('room', { n: 2 })
    await staying.until(2)
    expect(leaving.received).toEqual([])
    await leaving[Symbol.asyncDispose]()
    await bench.layer.groupSend('room', { n: 3 })
    expect(await staying.until(3)).toHaveLength(3)
  })

  test('a function that disposes its neighbour while it is called stops it, too', async () => {
    await using bench = await open({}, ignore)
    const disposing: PromiseLike<void>[] = []
    await using first = await follow(bench.layer, 'room', () => {
      disposing.push(second[Symbol.asyncDispose]())
    })
    const second = await follow(bench.layer, 'room')
    await bench.layer.groupSend('room', { n: 1 })
    await first.until(1)
    await Promise.all(disposing)
    await bench.layer.groupSend('room', { n: 2 })
    await first.until(2)
    expect(second.received).toEqual([])
  })

  test('a function that throws is reported, and hurts neither its neighbours nor the sender', async () => {
    const reported: string[] = []
    await using bench = await open({}, (event) => reported.push(event))
    await using before = await follow(bench.layer, 'room')
    await using broken = await follow(bench.layer, 'room', () => {
      throw new Error('broken subscriber')
    })
    await using after = await follow(bench.layer, 'room')
    await bench.layer.groupSend('room', { n: 1 })
    await bench.layer.groupSend('room', { n: 2 })
    for (const follower of [before, broken, after]) expect(await follower.until(2)).toEqual([{ n: 1 }, { n: 2 }])
    expect(reported).toHaveLength(2)
  })

  test('a function is never called inside groupSend, and what functions send comes after what they answer', async () => {
    await using bench = await open({}, ignore)
    const answers: Promise<void>[] = []
    let calledInside = 0
    await using first = await follow(bench.layer, 'room', (message) => {
      const before = first.received.length
      if (message['n'] === 1) answers.push(bench.layer.groupSend('room', { answer: 1 }))
      calledInside += first.received.length - before
    })
    await using second = await follow(bench.layer, 'room')
    const sending = bench.layer.groupSend('room', { n: 1 })
    calledInside += second.received.length
    await sending
    for (const follower of [first, second]) expect(await follower.until(2)).toEqual([{ n: 1 }, { answer: 1 }])
    expect(calledInside).toBe(0)
    await Promise.all(answers)
  })
}

function testIsolation(open: OpenLayer): void {
  test('[channels L17] functions get all kinds of values unchanged', async () => {
    await using bench = await open({}, ignore)
    await using room = await follow(bench.elsewhere, 'room')
    await bench.layer.groupSend('room', allValues)
    await bench.layer.groupSend('room', freezeMessage(allValues))
    expect(await room.until(2)).toEqual([allValues, allValues])
  })

  test('what the sender or a receiver does to a message later, no function sees', async () => {
    await using bench = await open({}, ignore)
    await using greedy = await follow(bench.layer, 'room', ({ list }) => {
      // Frozen, it says no; a copy of its own, it may.
      if (Array.isArray(list)) Reflect.set(list, 0, 'changed by the first receiver')
    })
    await using room = await follow(bench.layer, 'room')
    const draft = { list: ['original'] }
    const sending = bench.layer.groupSend('room', draft)
    draft.list[0] = 'changed by the sender'
    await sending
    await greedy.until(1)
    expect(await room.until(1)).toEqual([{ list: ['original'] }])
  })

  test.for([['text'], [[1]], [null], [new Map()], [undefined]])(
    '[channels L19] a message that is not a map (%j) is rejected',
    async ([message]) => {
      await using bench = await open({}, ignore)
      const channel = await bench.layer.newChannel()
      await expect(Reflect.apply(bench.layer.groupSend, bench.layer, ['room', message])).rejects.toThrow(TypeError)
      await expect(Reflect.apply(bench.layer.send, bench.layer, [channel, message])).rejects.toThrow(TypeError)
    },
  )
}

function testLife(open: OpenLayer): void {
  test('[L9] who listens to the link is told its state at once and each change, until it is disposed', async () => {
    await using bench = await open({}, ignore)
    const states: LinkState[] = []
    const listening = bench.layer.onLink((state) => states.push(state))
    expect(states).toEqual(['up'])
    await bench.link?.cut()
    await bench.link?.mend()
    const allStates: LinkState[] = bench.link === null ? ['up'] : ['up', 'down', 'up']
    expect(states).toEqual(allStates)
    listening[Symbol.dispose]()
    await bench.link?.cut()
    listening[Symbol.dispose]()
    expect(states).toEqual(allStates)
  })

  test('a closed layer delivers nothing, lets nobody wait, rejects what is asked, and may be closed again', async () => {
    await using bench = await open({}, ignore)
    const room = await follow(bench.layer, 'room')
    const channel = await bench.layer.newChannel()
    const waiting = bench.layer.receive(channel)
    const sending = bench.layer.groupSend('room', { n: 1 })
    const closing = bench.layer[Symbol.asyncDispose]()
    await expect(waiting).rejects.toMatchObject({ code: 'closed' })
    await Promise.all([sending, closing])
    await expect(bench.layer.groupSend('room', { n: 2 })).rejects.toMatchObject({ code: 'closed' })
    await expect(bench.layer.receive(channel)).rejects.toMatchObject({ code: 'closed' })
    expect(room.received).toEqual([])
    await room[Symbol.asyncDispose]()
    await bench.layer[Symbol.asyncDispose]()
  })
}
