/** Rules S12 to S15: what a room's readers see. */

import assert from 'node:assert/strict'
import { expect, test } from 'vitest'
import { type Rev, type RoomId, rev, roomId, seq, userId } from '../../protocol/ids.ts'
import type { RoomRow } from '../../protocol/rows.ts'
import type { HistoryRange, Store } from '../store.ts'
import { joon, mina, the, worldIn, yard } from './world.ts'

export function testRooms(open: () => Promise<Store>): void {
  test('[S12 G4] changes are the rows of every kind by rev, each once as it is now, page by page up to the head', async () => {
    await using store = await open()
    const world = await liveliness(store)
    const { lastRev } = await the(store, { need: 'room', room: yard })
    const rows = await catchUp(store, { after: rev(0), limit: 2 })
    expect(rows.map(({ kind, rev: at }) => [kind, at])).toEqual([
      ['settings', 1],
      ['member', 2],
      ['message', 5],
      ['message', 7],
      ['reaction', 8],
      ['message', 9],
      ['member', 10],
    ])
    expect(rows.find(({ rev: at }) => at === 7)).toEqual({
      kind: 'message',
      rev: 7,
      seq: 1,
      id: 'one',
      author: mina,
      sentAtMs: 1001,
      body: 'one, edited',
      replyTo: null,
      editedAtMs: 5000,
    })
    expect(rows.at(-1)).toEqual({ kind: 'member', rev: 10, user: joon, isMember: false, role: 'member' })
    expect(rows[4]).toEqual({ kind: 'reaction', rev: 8, seq: 2, emoji: '👍', user: mina, isOn: true })
    for (const limit of [1, 3, 7, 100]) expect(await catchUp(store, { after: rev(0), limit })).toEqual(rows)
    expect(await catchUp(store, { after: rev(7), limit: 10 })).toEqual(rows.slice(4))
    expect(await catchUp(store, { after: lastRev, limit: 10 })).toEqual([])
    await world.rewrite(yard, seq(3), { body: null })
    expect(await catchUp(store, { after: lastRev, limit: 10 })).toMatchObject([{ seq: 3, body: null, rev: 11 }])
  })

  test('[S12 G4] changes skip revs whose rows changed again, and still end at the head', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina] })
    const at = await world.say(yard, 'hello')
    for (const body of ['1', '2', '3', '4']) await world.rewrite(yard, at, { body })
    const page = await changes(store, { after: rev(2), limit: 1 })
    expect(page).toMatchObject({ isTooFar: false, rows: [{ body: '4', rev: 7 }], through: 7, isLast: true })
  })

  test('[S13 G4] a reader too far behind, or ahead of the log, is told so and gets nothing', async () => {
    await using store = await open()
    await liveliness(store)
    const far = { is: 'allowed', isTooFar: true }
    expect(await changes(store, { after: rev(5), limit: 9, tooFarRows: 4 })).toEqual(far)
    expect(await changes(store, { after: rev(6), limit: 9, tooFarRows: 4 })).toMatchObject({ isTooFar: false })
    expect(await changes(store, { after: rev(11), limit: 9 })).toEqual(far)
    expect(await changes(store, { after: rev(10), limit: 9 })).toMatchObject({ isTooFar: false, rows: [], through: 10 })
  })

  test('[S14 G6] whoever is not a member now sees nothing of a room, as if it were not there', async () => {
    await using store = await open()
    await liveliness(store)
    const denied = { is: 'denied' }
    const strangers = [joon, userId('nobody')].map((viewer) => ({ room: yard, viewer }))
    for (const of of [...strangers, { room: roomId('none'), viewer: mina }]) {
      expect(await store.snapshot({ ...of, messages: 9, members: 9 })).toEqual(denied)
      expect(await store.changes({ ...of, after: rev(0), limit: 9, tooFarRows: 99 })).toEqual(denied)
      expect(await store.history({ ...of, range: { before: seq(9), limit: 9 } })).toEqual(denied)
      expect(await store.members({ ...of, after: null, limit: 9 })).toEqual(denied)
    }
    const server = { viewer: null, after: rev(9), limit: 9, tooFarRows: 99 }
    expect(await store.changes({ ...server, room: yard })).toMatchObject({ rows: [{ kind: 'member' }], isLast: true })
    expect(await store.changes({ ...server, room: roomId('none') })).toEqual(denied)
  })

  test('[S15 G4] a snapshot is the newest messages, who is there, and the head it was read at', async () => {
    await using store = await open()
    await liveliness(store)
    expect(await store.snapshot({ room: yard, viewer: mina, messages: 2, members: 9 })).toEqual({
      is: 'allowed',
      snapshot: {
        room: yard,
        rev: 10,
        lastSeq: 3,
        settings: { kind: 'settings', rev: 1, name: 'yard 마당', topic: 'a topic', visibility: 'private' },
        memberCount: 2,
        members: [{ kind: 'member', rev: 2, user: mina, isMember: true, role: 'member' }],
        messages: [
          expect.objectContaining({ seq: 2, body: 'two' }),
          expect.objectContaining({ seq: 3, body: 'three' }),
        ],
        reactions: [{ kind: 'reaction', rev: 8, seq: 2, emoji: '👍', user: mina, isOn: true }],
      },
    })
  })

  test('[S15] reactions that are off, on a deleted message or outside the page are not shown', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina] })
    const [first, second, third] = [await world.say(yard, '1'), await world.say(yard, '2'), await world.say(yard, '3')]
    for (const at of [first, second, third]) await world.react(yard, at, { emoji: '👍' })
    await world.react(yard, third, { emoji: '🎉' })
    await world.react(yard, third, { emoji: '🎉', isOn: false })
    await world.rewrite(yard, second, { body: null })
    const shown = await store.snapshot({ room: yard, viewer: mina, messages: 2, members: 9 })
    assert(shown.is === 'allowed')
    expect(shown.snapshot.messages.map(({ body }) => body)).toEqual([null, '3'])
    expect(shown.snapshot.reactions).toMatchObject([{ seq: 3, emoji: '👍' }])
    const page = await store.history({ room: yard, viewer: mina, range: { before: seq(3), limit: 9 } })
    expect(page).toMatchObject({ page: { reactions: [{ seq: 1, emoji: '👍' }] } })
  })

  test('[S16 G3] history is dense and oldest first: before, after or around a seq', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina] })
    await world.room(roomId('zoo'), { members: [mina] })
    for (let at = 1; at <= 9; at++) await world.say(yard, `m${at}`)
    await world.rewrite(yard, seq(5), { body: null })
    const seqs = async (range: HistoryRange) => {
      const found = await store.history({ room: yard, viewer: mina, range })
      assert(found.is === 'allowed')
      expect(found.page).toMatchObject({ lastSeq: 9, lastRev: 12 })
      return found.page.messages.map((message) => message.seq)
    }
    expect(await seqs({ before: seq(6), limit: 3 })).toEqual([3, 4, 5])
    expect(await seqs({ before: seq(2), limit: 3 })).toEqual([1])
    expect(await seqs({ after: seq(6), limit: 2 })).toEqual([7, 8])
    expect(await seqs({ after: seq(9), limit: 2 })).toEqual([])
    expect(await seqs({ around: seq(5), limit: 5 })).toEqual([3, 4, 5, 6, 7])
    expect(await seqs({ around: seq(5), limit: 4 })).toEqual([3, 4, 5, 6])
    expect(await seqs({ around: seq(1), limit: 5 })).toEqual([1, 2, 3])
    expect(await seqs({ around: seq(9), limit: 5 })).toEqual([7, 8, 9])
    expect(await seqs({ around: seq(4), limit: 1 })).toEqual([4])
  })

  test('[S17] members are those who are there now, by id, each on one page', async () => {
    await using store = await open()
    const world = worldIn(store)
    const people = ['e', 'a', 'd', 'b', 'c'].map((name) => userId(name))
    await world.room(yard, { members: people })
    await world.seat(yard, userId('c'), { isMember: false })
    const page = (after: typeof mina | null, limit: number) =>
      store.members({ room: yard, viewer: userId('a'), after, limit })
    expect(await page(null, 2)).toEqual({ is: 'allowed', members: users('a', 'b'), isLast: false })
    expect(await page(userId('b'), 2)).toEqual({ is: 'allowed', members: users('d', 'e'), isLast: true })
    expect(await page(userId('e'), 2)).toEqual({ is: 'allowed', members: [], isLast: true })
  })
}

/** Ten revs: 1 the room, 2 mina, 3 joon, 4-6 three messages (one, two, three), then edits, a reaction and a farewell. */
async function liveliness(store: Store) {
  const world = worldIn(store)
  await world.room(yard, { members: [mina, joon] })
  await world.say(yard, 'one')
  await world.say(yard, 'two')
  await world.say(yard, 'three')
  await world.rewrite(yard, seq(1), { body: 'one, edited' })
  await world.react(yard, seq(2), { emoji: '👍' })
  await world.rewrite(yard, seq(3), { body: 'three' })
  await world.seat(yard, joon, { isMember: false })
  return world
}

function changes(store: Store, of: { after: Rev; limit: number; tooFarRows?: number; room?: RoomId }) {
  return store.changes({ room: yard, viewer: mina, tooFarRows: 99, ...of })
}

/** All pages after a rev, having checked that each goes on where the one before ended. */
async function catchUp(store: Store, { after, limit }: { after: Rev; limit: number }): Promise<readonly RoomRow[]> {
  const rows: RoomRow[] = []
  for (let from = after; ;) {
    const page = await changes(store, { after: from, limit })
    assert(page.is === 'allowed' && !page.isTooFar)
    expect(page.rows.length).toBeLessThanOrEqual(limit)
    rows.push(...page.rows)
    if (page.isLast) {
      assert.equal(page.through, (await the(store, { need: 'room', room: yard })).lastRev)
      return rows
    }
    expect(page.through).toBe(page.rows.at(-1)?.rev)
    from = page.through
  }
}

const users = (...names: string[]) =>
  names.map((user) => expect.objectContaining({ user, kind: 'member', isMember: true }))
