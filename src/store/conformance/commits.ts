/** Rules S1 to S9: commit and load. */

import { expect, test } from 'vitest'
import { commandId, rev, seq, userId } from '../../protocol/ids.ts'
import type { OutcomeRecord } from '../records.ts'
import type { Store } from '../store.ts'
import {
  commitOne,
  creating,
  fact,
  joon,
  messageRecord,
  mina,
  roomRecord,
  sending,
  userRecord,
  worldIn,
  yard,
} from './world.ts'

const committed = { is: 'committed' }
const stale = { is: 'stale' }

export function testCommits(open: () => Promise<Store>): void {
  test('[S1 G1] a commit that was answered is among the facts of every later load', async () => {
    await using store = await open()
    expect(await commitOne(store, creating(roomRecord(yard)))).toEqual(committed)
    expect(await commitOne(store, sending(yard, 1))).toEqual(committed)
    expect(
      await store.load([
        { need: 'room', room: yard },
        { need: 'message', room: yard, seq: seq(1) },
      ]),
    ).toEqual([roomRecord(yard, { lastSeq: seq(1), lastRev: rev(2) }), messageRecord(yard, 1)])
  })

  test('[S2] a stream that moved since makes its unit stale, and nothing of the unit is written', async () => {
    await using store = await open()
    await commitOne(store, creating(roomRecord(yard)))
    await worldIn(store).person(mina)
    const unit = sending(yard, 1)
    const both = {
      ...unit,
      advances: [{ stream: 'user', user: mina, from: rev(1), to: rev(2) } as const, ...unit.advances],
    }
    await commitOne(store, sending(yard, 1, { id: commandId('first') }))
    expect(await commitOne(store, both)).toEqual(stale)
    expect(await fact(store, { need: 'user', user: mina })).toMatchObject({ lastRev: 1 })
    expect(await fact(store, { need: 'message', room: yard, seq: seq(1) })).toMatchObject({ id: 'first' })
  })

  test('[S2 G3] of many commits from the same rev one is committed, the others are stale', async () => {
    await using store = await open()
    await commitOne(store, creating(roomRecord(yard)))
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => commitOne(store, sending(yard, 1, { id: commandId(`try-${index}`) }))),
    )
    expect(answers.filter(({ is }) => is === 'committed')).toHaveLength(1)
    expect(answers.filter(({ is }) => is === 'stale')).toHaveLength(19)
    expect(await fact(store, { need: 'room', room: yard })).toMatchObject({ lastSeq: 1, lastRev: 2 })
  })

  test('[S3] a stream is created from rev 0, once, together with its record', async () => {
    await using store = await open()
    expect(await commitOne(store, { ...creating(roomRecord(yard)), puts: [] })).toMatchObject({ is: 'refused' })
    expect(await commitOne(store, creating(roomRecord(yard)))).toEqual(committed)
    expect(await commitOne(store, creating(roomRecord(yard)))).toEqual(stale)
    const server = { name: '우리 마당', openSignUp: true, userCount: 0, lastRev: rev(1) }
    const first = {
      advances: [{ stream: 'server', from: rev(0), to: rev(1) } as const],
      puts: [{ put: 'server', record: server } as const],
    }
    expect(await fact(store, { need: 'server' })).toMatchObject({ userCount: 0, lastRev: 0 })
    expect(await commitOne(store, first)).toEqual(committed)
    expect(await commitOne(store, first)).toEqual(stale)
    await worldIn(store).person(mina)
    expect(await fact(store, { need: 'server' })).toEqual({ ...server, userCount: 1 })
  })

  test('[S4 G2] an id is one message of its author in a room, also after it was deleted', async () => {
    await using store = await open()
    await using kitchen = await open()
    for (const each of [store, kitchen]) await commitOne(each, creating(roomRecord(yard)))
    const id = commandId('once')
    await commitOne(store, sending(yard, 1, { id }))
    expect(await commitOne(store, sending(yard, 2, { id }))).toMatchObject({ is: 'refused' })
    await worldIn(store).rewrite(yard, seq(1), { body: null })
    expect(await commitOne(store, sending(yard, 3, { seq: seq(2), id }))).toMatchObject({ is: 'refused' })
    expect(await fact(store, { need: 'sent', room: yard, author: mina, id })).toMatchObject({ seq: 1, body: null })
    expect(await commitOne(store, sending(yard, 3, { seq: seq(2), id, author: joon }))).toEqual(committed)
    expect(await commitOne(kitchen, sending(yard, 1, { id }))).toEqual(committed)
  })

  test('[S5] a unit that cannot be written is refused whole, and its neighbours are written', async () => {
    await using store = await open()
    await commitOne(store, creating(roomRecord(yard)))
    const bad = creating(roomRecord(yard, { room: messageRecord(yard, 1).room, memberCount: 0.5 }))
    const half = sending(yard, 1)
    const people = ['a', 'b'].map((name) => userRecord(userId(name), { handle: 'same' }))
    const answers = await store.commit([
      ...people.map((record) => ({
        advances: [{ stream: 'user', user: record.user, from: rev(0), to: rev(1) } as const],
        puts: [{ put: 'user', record } as const],
      })),
      { ...half, puts: [...half.puts, ...bad.puts] },
    ])
    expect(answers).toEqual([
      committed,
      { is: 'refused', reason: expect.any(String) },
      { is: 'refused', reason: expect.any(String) },
    ])
    expect(
      await store.load([
        { need: 'message', room: yard, seq: seq(1) },
        { need: 'handle', handle: 'same' },
      ]),
    ).toEqual([null, people[0]])
    expect(await commitOne(store, sending(yard, 1))).toEqual(committed)
  })

  test('[S5] an edit of a message that is not there is refused', async () => {
    await using store = await open()
    await commitOne(store, creating(roomRecord(yard)))
    const { advances } = sending(yard, 1)
    const puts = [{ put: 'changedMessage', record: messageRecord(yard, 1), mentions: [] } as const]
    expect(await commitOne(store, { advances, puts })).toMatchObject({ is: 'refused' })
    expect(await fact(store, { need: 'room', room: yard })).toMatchObject({ lastRev: 1 })
  })

  test('[S6 G9] an outcome is stored with the changes of its unit, or not at all', async () => {
    await using store = await open()
    await commitOne(store, creating(roomRecord(yard)))
    const record: OutcomeRecord = {
      author: mina,
      id: commandId('rename'),
      cmd: 'rename',
      fingerprint: 'print',
      outcome: '{"ok":{}}',
      atMs: 5,
      isForEver: false,
    }
    const unit = (from: number) => ({
      advances: [{ stream: 'room', room: yard, from: rev(from), to: rev(from + 1) } as const],
      puts: [{ put: 'outcome', record } as const],
    })
    const need = { need: 'outcome', author: mina, id: record.id } as const
    expect(await commitOne(store, unit(9))).toEqual(stale)
    expect(await fact(store, need)).toBeNull()
    expect(await commitOne(store, unit(1))).toEqual(committed)
    expect(await fact(store, need)).toEqual(record)
    // Another worker decided the same command otherwise, and neither touches a stream: the first one stands.
    const other = { put: 'outcome', record: { ...record, outcome: '{"error":{}}' } } as const
    expect(await commitOne(store, { ...unit(2), advances: [], puts: [other] })).toEqual(stale)
    expect(await fact(store, need)).toEqual(record)
  })

  test('[S6 G5 G9] a message and an outcome of its id shut each other out: who comes second decides again', async () => {
    await using store = await open()
    await commitOne(store, creating(roomRecord(yard)))
    const refusedId = { advances: [], puts: [outcome('m1', { cmd: 'send' })] }
    expect(await commitOne(store, refusedId)).toEqual(committed)
    expect(await commitOne(store, sending(yard, 1))).toEqual(stale)
    expect(await commitOne(store, sending(yard, 1, { id: commandId('m2') }))).toEqual(committed)
    const late = { ...outcome('m2', { cmd: 'send' }), unlessSent: yard }
    expect(await commitOne(store, { advances: [], puts: [late] })).toEqual(stale)
    expect(await fact(store, { need: 'outcome', author: mina, id: commandId('m2') })).toBeNull()
  })

  test('[S7 G5 G9] old outcomes are forgotten, a few at a time, but for those kept for ever', async () => {
    await using store = await open()
    const puts = [
      outcome('a', {}),
      outcome('b', { atMs: 2 }),
      outcome('kept', { isForEver: true }),
      outcome('new', { atMs: 9 }),
    ]
    await commitOne(store, { advances: [], puts })
    const forget = () => store.forgetOutcomes({ beforeMs: 9, limit: 1 })
    expect([await forget(), await forget(), await forget()]).toEqual([1, 1, 0])
    const found = await store.load(puts.map(({ record }) => ({ need: 'outcome', author: mina, id: record.id })))
    expect(found.map((each) => each !== null)).toEqual([false, false, true, true])
  })

  test('[S8] a read cursor moves from exactly where it was, and no rev with it', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina] })
    const move = (from: number, to: number) =>
      commitOne(store, {
        advances: [],
        puts: [{ put: 'cursor', room: yard, user: mina, from: seq(from), to: seq(to) }],
      })
    const need = { need: 'member', room: yard, user: mina } as const
    const before = await fact(store, need)
    expect(await move(3, 4)).toEqual(committed)
    expect(await fact(store, need)).toEqual(before)
    expect(await move(0, 4)).toEqual(committed)
    expect(await fact(store, need)).toEqual({ ...before, readSeq: 4 })
  })
}

const outcome = (name: string, over: Partial<OutcomeRecord>) =>
  ({
    put: 'outcome',
    record: {
      author: mina,
      id: commandId(name),
      cmd: 'cancel',
      fingerprint: '',
      outcome: '{}',
      atMs: 1,
      isForEver: false,
      ...over,
    },
  }) as const
