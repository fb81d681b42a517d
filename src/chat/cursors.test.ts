/** Read cursors: every device says how far, and they never fall back by accident. */

import { expect, test } from 'vitest'
import { seq } from '../protocol/ids.ts'
import { openWorld } from './testing/world.ts'

async function readers() {
  const world = await openWorld()
  const [mina, joon] = [await world.signUp('Mina'), await world.signUp('Joon')]
  const room = await world.room(mina, 'private', joon)
  for (const body of ['one', 'two', 'three', 'four']) await world.send(mina, room, body)
  const cursor = async (user = joon.user) => {
    const member = await world.fact({ need: 'member', room, user })
    return [member?.readSeq, member?.readEpoch]
  }
  const read = (at: number, epoch = 0) => world.act(joon, { cmd: 'read', room, seq: seq(at), epoch })
  const unread = (at: number) => world.act(joon, { cmd: 'unread', room, seq: seq(at) })
  return { world, mina, joon, room, cursor, read, unread }
}

test('a cursor takes the larger of two, and never passes the end', async () => {
  const { cursor, read } = await readers()
  expect((await read(3)).ok).toEqual({ seq: 3, epoch: 0 })
  expect((await read(1)).ok).toEqual({ seq: 3, epoch: 0 })
  expect((await read(99)).ok).toEqual({ seq: 4, epoch: 0 })
  expect(await cursor()).toEqual([4, 0])
})

test('marking as unread sets the cursor back and starts an epoch, in which older words count no more', async () => {
  const { cursor, read, unread } = await readers()
  await read(4)
  expect((await unread(1)).ok).toEqual({ seq: 1, epoch: 1 })
  // Another device, which has not heard of it.
  expect((await read(4, 0)).ok).toEqual({ seq: 1, epoch: 1 })
  expect((await read(4, 2)).ok).toEqual({ seq: 1, epoch: 1 })
  expect(await cursor()).toEqual([1, 1])
  expect((await read(2, 1)).ok).toEqual({ seq: 2, epoch: 1 })
  expect((await unread(5)).error).toMatchObject({ code: 'not_found', field: 'seq' })
})

test('[G9] a repeated unread does not set back what was read since', async () => {
  const { world, joon, room, cursor, read } = await readers()
  await read(4)
  const again = world.envelope(joon, { cmd: 'unread', room, seq: seq(1) })
  await world.batch(again)
  await read(4, 1)
  expect(await world.batch(again)).toEqual([{ ok: { seq: 1, epoch: 1 } }])
  expect(await cursor()).toEqual([4, 1])
})

test('reading changes what is the person\u2019s own, and nothing of the room', async () => {
  const { world, room, read } = await readers()
  const before = await world.fact({ need: 'room', room })
  const { length } = world.announced
  await read(2)
  await read(2)
  expect(await world.fact({ need: 'room', room })).toEqual(before)
  expect(world.announced.slice(length)).toMatchObject([{ rows: [{ kind: 'membership', readSeq: 2 }] }])
})

test('sending reads up to one\u2019s own message when nothing was unread, and only then', async () => {
  const { world, mina, joon, room, cursor, read } = await readers()
  expect(await cursor(mina.user)).toEqual([4, 0])
  await world.send(joon, room, 'with unread ones above')
  expect(await cursor()).toEqual([0, 0])
  await read(5)
  await world.send(joon, room, 'all read')
  expect(await cursor()).toEqual([6, 0])
})

test('the cursor moves along through a batch of sends, reads and unreads', async () => {
  const { world, joon, room, cursor } = await readers()
  const send = () => world.envelope(joon, { cmd: 'send', room, body: 'mine' })
  await world.batch(world.envelope(joon, { cmd: 'read', room, seq: seq(4), epoch: 0 }), send(), send())
  expect(await cursor()).toEqual([6, 0])
  await world.batch(send(), world.envelope(joon, { cmd: 'unread', room, seq: seq(7) }), send())
  expect(await cursor()).toEqual([8, 1])
  await world.batch(send(), world.envelope(joon, { cmd: 'unread', room, seq: seq(2) }), send())
  expect(await cursor()).toEqual([2, 2])
})

test('who comes back into a room has read everything, in a new epoch', async () => {
  const { world, mina, joon, room, cursor, read } = await readers()
  await world.act(mina, { cmd: 'remove', room, user: joon.user })
  await world.send(mina, room, 'behind their back')
  await world.act(mina, { cmd: 'invite', room, user: joon.user })
  expect(await cursor()).toEqual([5, 1])
  expect((await read(1, 0)).ok).toEqual({ seq: 5, epoch: 1 })
})
