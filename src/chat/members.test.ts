/** Joining, inviting, leaving, removing, and who inherits a room. */

import { expect, test } from 'vitest'
import { type RoomId, type UserId, rev, userId } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { type World, okOf, openWorld } from './testing/world.ts'

async function people() {
  const world = await openWorld()
  const [mina, joon, sora] = [await world.signUp('Mina'), await world.signUp('Joon'), await world.signUp('Sora')]
  return { world, mina, joon, sora }
}

async function rolesIn(world: World, room: RoomId): Promise<Readonly<Record<UserId, string>>> {
  const members = await world.fact({ need: 'members', room, limit: 100 })
  return Object.fromEntries(members.map(({ user, role }) => [user, role]))
}

test('[G4] a member is counted once, however often they join, and a room knows its count', async () => {
  const { world, mina, joon } = await people()
  const room = await world.room(mina, 'public')
  const join = () => world.envelope(joon, { cmd: 'join', room })
  expect(await world.batch(join(), join())).toEqual([{ ok: { room } }, { ok: { room } }])
  expect(await world.fact({ need: 'room', room })).toMatchObject({ memberCount: 2 })
  const leave = () => world.envelope(joon, { cmd: 'leave', room })
  await world.batch(leave(), leave(), join(), leave())
  expect(await world.fact({ need: 'room', room })).toMatchObject({ memberCount: 1 })
  expect(world.store.column('select member_count from rooms')).toEqual([1])
})

test('who comes in has read what was said before; it is history', async () => {
  const { world, mina, joon } = await people()
  const room = await world.room(mina, 'public')
  await world.send(mina, room, 'before')
  await world.act(joon, { cmd: 'join', room })
  expect(await world.fact({ need: 'member', room, user: joon.user })).toMatchObject({ joinedSeq: 1, readSeq: 1 })
})

test('a removed member of a private room gets no more of it than that it is gone', async () => {
  const { world, mina, joon } = await people()
  const room = await world.room(mina, 'private', joon)
  okOf(await world.act(mina, { cmd: 'remove', room, user: joon.user }))
  const told = world.announced.findLast((change) => 'user' in change && change.user === joon.user)
  expect(told?.rows).toMatchObject([{ isMember: false, room: { id: room, name: '', topic: '', lastSeq: 0 } }])
  expect((await world.act(joon, { cmd: 'join', room })).error).toMatchObject({ code: 'not_found', field: 'room' })
})

test('what is announced of one\u2019s own is what the store tells later, also of a public room that was left', async () => {
  const { world, mina, joon } = await people()
  const room = await world.room(mina, 'public', joon)
  okOf(await world.act(joon, { cmd: 'leave', room }))
  const told = world.announced.findLast((change) => 'user' in change && change.user === joon.user)
  const page = await world.store.ownChanges({ user: joon.user, after: rev((told?.from ?? 1) - 1), limit: 10 })
  expect(told?.rows).toEqual(page.rows)
})

test('somebody who is not there, or not active, cannot be invited', async () => {
  const { world, mina, joon } = await people()
  const room = await world.room(mina, 'private')
  okOf(await world.act(world.owner, { cmd: 'deactivate', user: joon.user }))
  for (const user of [joon.user, userId('nobody')]) {
    expect((await world.act(mina, { cmd: 'invite', room, user })).error).toMatchObject({ field: 'user' })
  }
})

test('an owner who leaves passes the room on to who has been there longest', async () => {
  const { world, mina, joon, sora } = await people()
  const room = await world.room(mina, 'private', sora)
  await world.send(mina, room, 'time goes by')
  okOf(await world.act(mina, { cmd: 'invite', room, user: joon.user }))
  okOf(await world.act(mina, { cmd: 'leave', room }))
  expect(await rolesIn(world, room)).toEqual({ [sora.user]: 'owner', [joon.user]: 'member' })
  okOf(await world.act(sora, { cmd: 'leave', room }))
  expect(await rolesIn(world, room)).toEqual({ [joon.user]: 'owner' })
  okOf(await world.act(joon, { cmd: 'leave', room }))
  expect(await world.fact({ need: 'room', room })).toMatchObject({ memberCount: 0 })
})

test('the heir is chosen among those who are there by now, also when one batch changes that', async () => {
  const { world, mina, joon, sora } = await people()
  const room = await world.room(mina, 'public', joon)
  await world.batch(
    world.envelope(joon, { cmd: 'leave', room }),
    world.envelope(sora, { cmd: 'join', room }),
    world.envelope(sora, { cmd: 'send', room, body: 'hello' }),
    world.envelope(mina, { cmd: 'leave', room }),
  )
  expect(await rolesIn(world, room)).toEqual({ [sora.user]: 'owner' })
  // Being given the room does not undo what they have read.
  expect(await world.fact({ need: 'member', room, user: sora.user })).toMatchObject({ readSeq: 1 })
})

test('leaving a room of many costs a few readings, not one a member', async () => {
  const { world, mina } = await people()
  const room = await world.room(mina, 'public')
  for (let index = 0; index < 20; index++) await world.act(await world.signUp(`P${index}`), { cmd: 'join', room })
  world.store.calls.load = 0
  okOf(await world.act(mina, { cmd: 'leave', room }))
  expect(world.store.calls.load).toBeLessThan(6)
})

test('an owner cannot remove themselves; removing who is not there is done already', async () => {
  const { world, mina, joon } = await people()
  const room = await world.room(mina, 'private')
  expect((await world.act(mina, { cmd: 'remove', room, user: mina.user })).error).toMatchObject({ field: 'user' })
  expect((await world.act(mina, { cmd: 'remove', room, user: joon.user })).ok).toEqual({ room })
})

test('[faults S4] a room that is full lets nobody in', async () => {
  const { world, mina, joon } = await people()
  const room = await world.room(mina, 'public')
  const record = await world.fact({ need: 'room', room })
  if (record === null) throw new Error('it was made')
  const { lastRev } = record
  const full = { ...record, memberCount: limits.membersPerRoomMax }
  const to = rev(lastRev + 1)
  await world.store.commit([
    { advances: [{ stream: 'room', room, from: lastRev, to }], puts: [{ put: 'room', record: full }] },
  ])
  expect((await world.act(joon, { cmd: 'join', room })).error).toMatchObject({ limit: 'membersPerRoomMax' })
})

test('a direct room is one for the same people, whoever opens it and however often they are named', async () => {
  const { world, mina, joon, sora } = await people()
  const room = await world.direct(mina, joon)
  expect(await world.direct(joon, mina)).toBe(room)
  expect(await world.direct(mina, joon, joon, mina)).toBe(room)
  expect(await world.direct(mina, joon, sora)).not.toBe(room)
  const alone = await world.direct(mina)
  expect(await rolesIn(world, alone)).toEqual({ [mina.user]: 'member' })
})

test('a direct room is one, also when both open it at once, in a batch or in two workers', async () => {
  const { world, mina, joon, sora } = await people()
  const open = (who: typeof mina, other: typeof mina) => world.envelope(who, { cmd: 'openDirect', users: [other.user] })
  const [one, other] = await world.batch(open(mina, joon), open(joon, mina))
  expect(one).toEqual(other)
  const [first, second] = await Promise.all([world.batch(open(mina, sora)), world.batch(open(sora, mina))])
  expect(first).toEqual(second)
  expect(world.store.column('select count(*) from rooms')).toEqual([2])
})

test('a direct room is of active people, and not of too many', async () => {
  const { world, mina, joon } = await people()
  okOf(await world.act(world.owner, { cmd: 'deactivate', user: joon.user }))
  const open = (...users: UserId[]) => world.act(mina, { cmd: 'openDirect', users })
  expect((await open(joon.user)).error).toMatchObject({ code: 'not_found', field: 'users' })
  const crowd = Array.from({ length: limits.directMembersMax }, (_, index) => userId(`u${index}`))
  expect((await open(...crowd)).error).toMatchObject({ limit: 'directMembersMax' })
})

test('settings that are as asked change nothing', async () => {
  const { world, mina } = await people()
  const room = await world.room(mina, 'private')
  okOf(await world.act(mina, { cmd: 'topic', room, topic: 'talk' }))
  const { length } = world.announced
  okOf(await world.act(mina, { cmd: 'topic', room, topic: 'talk' }))
  okOf(await world.act(mina, { cmd: 'rename', room, name: '마당' }))
  okOf(await world.act(mina, { cmd: 'visibility', room, visibility: 'private' }))
  expect(world.announced).toHaveLength(length)
  okOf(await world.act(mina, { cmd: 'visibility', room, visibility: 'public' }))
  expect(world.announced.at(-1)?.rows).toMatchObject([{ kind: 'settings', topic: 'talk', visibility: 'public' }])
})
