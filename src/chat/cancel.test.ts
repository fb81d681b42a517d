/** Discarding a send whose outcome its author never learned [G5]. */

import { expect, test } from 'vitest'
import { commandId, roomId, seq } from '../protocol/ids.ts'
import { holding } from './testing/test-store.ts'
import { okOf, openWorld } from './testing/world.ts'

const target = commandId('unknown')

async function yard() {
  const world = await openWorld()
  const mina = await world.signUp('Mina')
  const room = await world.room(mina, 'private')
  const send = world.envelope(mina, { cmd: 'send', id: target, room, body: 'was it sent?' })
  const cancel = world.envelope(mina, { cmd: 'cancel', room, target })
  return { world, mina, room, send, cancel }
}

test('[G5] cancelled, then sent: the send is refused for ever', async () => {
  const { world, mina, room, send, cancel } = await yard()
  expect(await world.batch(cancel)).toEqual([{ ok: { seq: null } }])
  expect((await world.batch(send))[0]?.code).toBe('cancelled')
  await world.store.forgetOutcomes({ beforeMs: Number.MAX_SAFE_INTEGER, limit: 100 })
  expect((await world.batch(send))[0]?.code).toBe('cancelled')
  expect((await world.act(mina, { cmd: 'send', id: target, room, body: 'other words' })).code).toBe('cancelled')
  expect(world.store.column('select count(*) from messages')).toEqual([0])
})

test('[G5] sent, then cancelled: the answer tells its seq, and it stays', async () => {
  const { world, send, cancel } = await yard()
  await world.batch(send)
  expect(await world.batch(cancel, cancel)).toEqual([{ ok: { seq: 1 } }, { ok: { seq: 1 } }])
  expect(await world.batch(send)).toEqual([{ ok: { seq: 1 } }])
})

test('[G5] both in one batch: the first one wins, either way', async () => {
  const one = await yard()
  expect(await one.world.batch(one.send, one.cancel)).toEqual([{ ok: { seq: 1 } }, { ok: { seq: 1 } }])
  const other = await yard()
  const answers = await other.world.batch(other.cancel, other.send)
  expect(answers.map(({ ok, code }) => code ?? ok)).toEqual([{ seq: null }, 'cancelled'])
})

test('[G5] a worker that decided on the send before the cancel cannot commit after it', async () => {
  const { world, send, cancel } = await yard()
  const paused = holding()
  world.store.on.beforeCommit = paused.trouble
  const sending = world.batch(send)
  await paused.held
  world.store.on.beforeCommit = () => {}
  expect(await world.batch(cancel)).toEqual([{ ok: { seq: null } }])
  paused.open()
  expect((await sending)[0]?.code).toBe('cancelled')
  expect(world.store.column('select count(*) from messages')).toEqual([0])
})

test('[G5] a worker that decided on the cancel before the send cannot commit after it', async () => {
  const { world, send, cancel } = await yard()
  const paused = holding()
  world.store.on.beforeCommit = paused.trouble
  const cancelling = world.batch(cancel)
  await paused.held
  world.store.on.beforeCommit = () => {}
  expect(await world.batch(send)).toEqual([{ ok: { seq: 1 } }])
  paused.open()
  expect(await cancelling).toEqual([{ ok: { seq: 1 } }])
})

test('[G5] a send that was refused can be discarded like any other, and stays refused', async () => {
  const { world, mina } = await yard()
  const room = await world.room(world.owner, 'public')
  const send = world.envelope(mina, { cmd: 'send', id: target, room, body: 'hello' })
  expect((await world.batch(send))[0]?.code).toBe('forbidden')
  expect(await world.act(mina, { cmd: 'cancel', room, target })).toEqual({ ok: { seq: null } })
  okOf(await world.act(mina, { cmd: 'join', room }))
  expect((await world.batch(send))[0]?.code).toBe('forbidden')
})

test('[G5] who was removed meanwhile may still take back what they never managed to say', async () => {
  const { world, mina, room, send } = await yard()
  const joon = await world.signUp('Joon')
  okOf(await world.act(mina, { cmd: 'invite', room, user: joon.user }))
  okOf(await world.act(mina, { cmd: 'remove', room, user: joon.user }))
  expect((await world.act(joon, { cmd: 'cancel', room, target })).ok).toEqual({ seq: null })
  // Ids are each author's own.
  expect(await world.batch(send)).toEqual([{ ok: { seq: 1 } }])
})

test('[faults S2] a cancel of somebody who never was in a room tells nothing of it and does not move it', async () => {
  const { world, room } = await yard()
  const joon = await world.signUp('Joon')
  const before = await world.fact({ need: 'room', room })
  for (const [index, where] of [room, roomId('no-such-room')].entries()) {
    const answer = await world.act(joon, { cmd: 'cancel', room: where, target: commandId(`t${index}`) })
    expect(answer).toEqual({ ok: { seq: null } })
  }
  expect(await world.fact({ need: 'room', room })).toEqual(before)
  expect(world.announced.findLast((change) => 'room' in change)).toMatchObject({ to: before?.lastRev })
})

test('[G5] a cancel leaves the counters of messages alone', async () => {
  const { world, mina, room, cancel } = await yard()
  await world.batch(cancel)
  expect(await world.send(mina, room, 'first')).toBe(seq(1))
})
