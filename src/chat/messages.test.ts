/** Sending, editing, deleting and reacting. */

import { expect, test } from 'vitest'
import { type RoomId, commandId, seq } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import type { Person } from './actor.ts'
import { type World, okOf, openWorld } from './testing/world.ts'

async function yard(): Promise<{ world: World; mina: Person; joon: Person; room: RoomId }> {
  const world = await openWorld()
  const [mina, joon] = [await world.signUp('Mina'), await world.signUp('Joon')]
  return { world, mina, joon, room: await world.room(mina, 'private', joon) }
}

test('[G2] the same id is one message: a repeat is answered with its seq, also within a batch', async () => {
  const { world, mina, room } = await yard()
  const said = world.envelope(mina, { cmd: 'send', id: commandId('m1'), room, body: 'hello' })
  expect(await world.batch(said, said)).toEqual([{ ok: { seq: 1 } }, { ok: { seq: 1 } }])
  await world.send(mina, room, 'another')
  expect(await world.batch(said)).toEqual([{ ok: { seq: 1 } }])
  expect(world.store.column('select seq from messages')).toEqual([1, 2])
})

test('[G2] the same id with another body is a conflict, which tells the first', async () => {
  const { world, mina, room } = await yard()
  const id = commandId('m1')
  await world.act(mina, { cmd: 'send', id, room, body: 'hello' })
  const again = await world.act(mina, { cmd: 'send', id, room, body: 'goodbye' })
  expect(again.error).toMatchObject({ code: 'conflict', temporary: false, first: { id: 'm1', seq: 1 } })
  const reply = await world.act(mina, { cmd: 'send', id, room, body: 'hello', replyTo: seq(1) })
  expect(reply.code).toBe('conflict')
})

test('[G2] the same id is another message of another author, and in another room', async () => {
  const { world, mina, joon, room } = await yard()
  const other = await world.room(mina, 'public')
  const id = commandId('m1')
  for (const [author, where] of [
    [mina, room],
    [joon, room],
    [mina, other],
  ] as const) {
    expect((await world.act(author, { cmd: 'send', id, room: where, body: 'hello' })).ok).toBeDefined()
  }
  expect(world.store.column('select count(*) from messages')).toEqual([3])
})

test('[G2] a repeat is answered although its author has been removed meanwhile', async () => {
  const { world, mina, joon, room } = await yard()
  const said = world.envelope(joon, { cmd: 'send', id: commandId('m1'), room, body: 'hello' })
  await world.batch(said)
  await world.act(mina, { cmd: 'remove', room, user: joon.user })
  expect(await world.batch(said)).toEqual([{ ok: { seq: 1 } }])
  expect((await world.act(joon, { cmd: 'send', room, body: 'more' })).code).toBe('not_found')
})

test('[G9] a send that was refused stays refused, though its author has come in since', async () => {
  const { world, mina } = await yard()
  const room = await world.room(world.owner, 'public')
  const said = world.envelope(mina, { cmd: 'send', id: commandId('early'), room, body: 'hello' })
  expect((await world.batch(said))[0]?.code).toBe('forbidden')
  await world.act(mina, { cmd: 'join', room })
  expect((await world.batch(said))[0]?.code).toBe('forbidden')
  expect((await world.act(mina, { cmd: 'send', room, body: 'hello' })).ok).toEqual({ seq: 1 })
})

test('a message that shows nothing is refused', async () => {
  const { world, mina, room } = await yard()
  await world.send(mina, room, 'hello')
  for (const body of [' ', '\n\t', '\u200b', '\u3164 \u2060']) {
    const sent = await world.act(mina, { cmd: 'send', room, body })
    expect(sent.error).toMatchObject({ code: 'bad_input', field: 'body' })
    expect((await world.act(mina, { cmd: 'edit', room, seq: seq(1), body })).error).toMatchObject({ field: 'body' })
  }
})

test('a reply names a message of the room, also a deleted one, and none that is still to come', async () => {
  const { world, mina, room } = await yard()
  await world.send(mina, room, 'first')
  expect((await world.act(mina, { cmd: 'send', room, body: 'no', replyTo: seq(2) })).error).toMatchObject({
    code: 'not_found',
    field: 'replyTo',
  })
  await world.act(mina, { cmd: 'delete', room, seq: seq(1) })
  expect((await world.act(mina, { cmd: 'send', room, body: 'yes', replyTo: seq(1) })).ok).toEqual({ seq: 2 })
  expect(await world.fact({ need: 'message', room, seq: seq(2) })).toMatchObject({ replyTo: 1 })
})

test('[G4] an edit changes the row in place; the same words again change nothing', async () => {
  const { world, mina, joon, room } = await yard()
  await world.send(mina, room, 'hello')
  await world.clock.advance(1_000)
  expect((await world.act(mina, { cmd: 'edit', room, seq: seq(1), body: 'hallo' })).ok).toEqual({ seq: 1 })
  const edited = await world.fact({ need: 'message', room, seq: seq(1) })
  expect(edited).toMatchObject({
    body: 'hallo',
    editedAtMs: world.clock.nowMs(),
    sentAtMs: world.clock.nowMs() - 1_000,
  })
  const { length } = world.announced
  okOf(await world.act(mina, { cmd: 'edit', room, seq: seq(1), body: 'hallo' }))
  expect(world.announced).toHaveLength(length)
  expect((await world.act(joon, { cmd: 'edit', room, seq: seq(1), body: 'mine' })).code).toBe('forbidden')
})

test('[G9] an edit that was done is done once: its repeat does not undo a later one', async () => {
  const { world, mina, room } = await yard()
  await world.send(mina, room, 'zero')
  const first = world.envelope(mina, { cmd: 'edit', room, seq: seq(1), body: 'one' })
  await world.batch(first)
  await world.act(mina, { cmd: 'edit', room, seq: seq(1), body: 'two' })
  expect(await world.batch(first)).toEqual([{ ok: { seq: 1 } }])
  expect(await world.fact({ need: 'message', room, seq: seq(1) })).toMatchObject({ body: 'two' })
})

test('[G9] an id that was spent on one command is a conflict for another', async () => {
  const { world, mina, room } = await yard()
  await world.send(mina, room, 'hello')
  const id = commandId('spent')
  await world.act(mina, { cmd: 'react', id, room, seq: seq(1), emoji: '👍', isOn: true })
  for (const other of [
    { cmd: 'react', id, room, seq: seq(1), emoji: '👎', isOn: true },
    { cmd: 'delete', id, room, seq: seq(1) },
    { cmd: 'send', id, room, body: 'hello' },
    { cmd: 'cancel', room, target: id },
  ] as const) {
    expect((await world.act(mina, other)).code).toBe('conflict')
  }
  expect(await world.fact({ need: 'message', room, seq: seq(1) })).toMatchObject({ body: 'hello' })
})

test('[G4] a deleted message keeps its seq, loses its words, and cannot be edited or reacted to', async () => {
  const { world, mina, joon, room } = await yard()
  await world.send(joon, room, 'oops')
  for (const by of [mina, joon, mina]) {
    expect((await world.act(by, { cmd: 'delete', room, seq: seq(1) })).ok).toEqual({ seq: 1 })
  }
  expect(world.store.column('select body from messages')).toEqual([null])
  expect((await world.act(joon, { cmd: 'edit', room, seq: seq(1), body: 'back' })).error).toMatchObject({
    field: 'seq',
  })
  const reacted = await world.act(joon, { cmd: 'react', room, seq: seq(1), emoji: '👍', isOn: true })
  expect(reacted.code).toBe('not_found')
  expect((await world.act(joon, { cmd: 'delete', room, seq: seq(2) })).code).toBe('not_found')
  expect(await world.send(joon, room, 'next')).toBe(2)
})

test('a reaction says what shall be: on twice is on, and off without on changes nothing', async () => {
  const { world, mina, room } = await yard()
  await world.send(mina, room, 'hello')
  const react = (isOn: boolean) => world.act(mina, { cmd: 'react', room, seq: seq(1), emoji: '🙂', isOn })
  const before = await world.fact({ need: 'room', room })
  okOf(await react(false))
  expect(await world.fact({ need: 'room', room })).toEqual(before)
  okOf(await react(true))
  okOf(await react(true))
  expect((await world.fact({ need: 'room', room }))?.lastRev).toBe((before?.lastRev ?? 0) + 1)
  okOf(await react(false))
  expect(world.store.column('select is_on from reactions')).toEqual([0])
})

test('[faults S4] a message carries so many different emoji, also when one batch brings them all', async () => {
  const { world, mina, joon, room } = await yard()
  await world.send(mina, room, 'hello')
  const emoji = Array.from({ length: limits.reactionsPerMessageMax + 3 }, (_, index) => `e${index}`)
  const react = (by: Person, each: string) =>
    world.envelope(by, { cmd: 'react', room, seq: seq(1), emoji: each, isOn: true })
  const answers = await world.batch(...emoji.map((each) => react(mina, each)))
  expect(answers.filter(({ ok }) => ok)).toHaveLength(limits.reactionsPerMessageMax)
  expect(answers.at(-1)?.error).toMatchObject({ code: 'limit_reached', limit: 'reactionsPerMessageMax' })
  // What is off makes room for another.
  okOf(await world.act(mina, { cmd: 'react', room, seq: seq(1), emoji: 'e0', isOn: false }))
  okOf((await world.batch(react(joon, 'last')))[0] ?? {})
})

test('[faults S4] the same emoji of many people in one batch counts once', async () => {
  const { world, mina, joon, room } = await yard()
  await world.send(mina, room, 'hello')
  const emoji = Array.from({ length: limits.reactionsPerMessageMax - 2 }, (_, index) => `e${index}`)
  const react = (by: Person, each: string) =>
    world.envelope(by, { cmd: 'react', room, seq: seq(1), emoji: each, isOn: true })
  const all = [...emoji.map((each) => react(mina, each)), react(mina, 'x'), react(joon, 'x'), react(joon, 'y')]
  const answers = await world.batch(...all)
  expect(answers.filter(({ ok }) => !ok)).toEqual([])
})

test('members who are mentioned get a badge; outsiders, the author and the same person twice do not', async () => {
  const { world, mina, joon, room } = await yard()
  const outsider = await world.signUp('Outside')
  const names = [joon, joon, mina, outsider].map(({ user }) => `<@${user}>님`).join(' ')
  await world.send(mina, room, `회의는 ${names}`)
  expect(world.store.column('select user_id from mentions')).toEqual([joon.user])
  expect(world.announced.at(-1)).toMatchObject({ mentions: [{ seq: 1, users: [joon.user] }] })
  okOf(await world.act(mina, { cmd: 'edit', room, seq: seq(1), body: 'never mind' }))
  expect(world.store.column('select user_id from mentions')).toEqual([])
  okOf(await world.act(mina, { cmd: 'edit', room, seq: seq(1), body: `<@${joon.user}> after all` }))
  okOf(await world.act(mina, { cmd: 'delete', room, seq: seq(1) }))
  expect(world.store.column('select user_id from mentions')).toEqual([])
})

test('what a batch says to somebody is in the badge that it tells them of', async () => {
  const { world, mina, joon, room } = await yard()
  for (const body of ['one', 'two', `<@${joon.user}> three`]) await world.send(mina, room, body)
  const [, , , , read] = await world.batch(
    world.envelope(mina, { cmd: 'send', room, body: `<@${joon.user}> four` }),
    world.envelope(mina, { cmd: 'send', room, body: `<@${joon.user}> five` }),
    world.envelope(mina, { cmd: 'delete', room, seq: seq(3) }),
    world.envelope(mina, { cmd: 'edit', room, seq: seq(5), body: 'five' }),
    world.envelope(joon, { cmd: 'read', room, seq: seq(1), epoch: 0 }),
  )
  expect(read).toEqual({ ok: { seq: 1, epoch: 0 } })
  const told = world.announced.findLast((change) => 'user' in change && change.user === joon.user)
  expect(told?.rows).toMatchObject([{ kind: 'membership', readSeq: 1, mentions: [4] }])
  okOf(await world.act(joon, { cmd: 'read', room, seq: seq(4), epoch: 0 }))
  expect(world.announced.at(-1)?.rows).toMatchObject([{ readSeq: 4, mentions: [] }])
})

test('naming many people costs one reading of them, for a send and for an edit', async () => {
  const { world, mina, room } = await yard()
  const body = Array.from({ length: limits.mentionsPerMessageMax }, (_, index) => `<@nobody${index}>`).join(' ')
  world.store.calls.load = 0
  await world.send(mina, room, body)
  okOf(await world.act(mina, { cmd: 'edit', room, seq: seq(1), body: `${body}!` }))
  expect(world.store.calls.load).toBe(2)
})
