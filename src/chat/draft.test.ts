/** Random commands in random batches: what is announced is what the store holds, change for change [G3 G4]. */

import { expect, test } from 'vitest'
import { type RoomId, commandId, rev, seq } from '../protocol/ids.ts'
import type { OwnRow, RoomRow } from '../protocol/rows.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import type { Person } from './actor.ts'
import type { Change } from './draft.ts'
import { type World, type Written, openWorld } from './testing/world.ts'

type Reader = { rev: number; readonly rows: Map<string, RoomRow | OwnRow> }

/** Readers of every stream who know nothing but what is announced, as a client does. */
type Readers = Map<string, Reader>

function readerOf(readers: Readers, stream: string): Reader {
  const reader = readers.get(stream) ?? { rev: 0, rows: new Map() }
  readers.set(stream, reader)
  return reader
}

function hear(readers: Readers, changes: readonly Change[]): void {
  // Workers that ran at once may have announced a stream's changes out of their order.
  for (const change of changes.toSorted((a, b) => a.from - b.from)) {
    const reader = readerOf(readers, 'room' in change ? `room ${change.room}` : `user ${change.user}`)
    expect(change.from, 'a change continues where the one before it ended').toBe(reader.rev + 1)
    const revs = change.rows.map((row) => row.rev)
    expect(revs, 'one rev is one row').toEqual(revs.map((_, index) => change.from + index))
    expect(change.to).toBe(change.from + revs.length - 1)
    for (const row of change.rows) reader.rows.set(keyOf(row), row)
    reader.rev = change.to
  }
}

function keyOf(row: RoomRow | OwnRow): string {
  switch (row.kind) {
    case 'message':
      return `message ${row.seq}`
    case 'reaction':
      return `reaction ${row.seq} ${row.emoji} ${row.user}`
    case 'member':
      return `member ${row.user}`
    case 'membership':
      return `membership ${row.room.id}`
    case 'session':
      return `session ${row.session}`
    case 'settings':
    case 'profile':
      return row.kind
    default:
      return row satisfies never
  }
}

const byKey = (rows: Iterable<RoomRow | OwnRow>): readonly (RoomRow | OwnRow)[] =>
  [...rows].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))

async function checkRoom(world: World, room: RoomId, reader: Reader): Promise<void> {
  const page = await world.store.changes({ room, viewer: null, after: rev(0), limit: 10_000, tooFarRows: 100_000 })
  if (page.is === 'denied' || page.isTooFar) throw new Error('the server may read all')
  expect(page.through).toBe(reader.rev)
  expect(byKey(page.rows)).toEqual(byKey(reader.rows.values()))
  const messages = page.rows.filter((row) => row.kind === 'message')
  const seqs = messages.map((row) => row.seq).toSorted((a, b) => a - b)
  expect(seqs, 'seq is dense').toEqual(seqs.map((_, index) => index + 1))
  const record = await world.fact({ need: 'room', room })
  const members = page.rows.filter((row) => row.kind === 'member' && row.isMember)
  expect(record).toMatchObject({ lastSeq: seqs.length, memberCount: members.length })
}

/** Numbers of a membership's room go on without a change of the membership. */
function settled(row: RoomRow | OwnRow): unknown {
  if (row.kind !== 'membership') return row
  const { room, isMember, role, readEpoch } = row
  return { kind: row.kind, rev: row.rev, room: room.id, isMember, role, readEpoch }
}

async function checkPerson(world: World, { user }: Person, reader: Reader): Promise<void> {
  const page = await world.store.ownChanges({ user, after: rev(0), limit: 10_000 })
  expect(page.through).toBe(reader.rev)
  expect(byKey(page.rows).map(settled)).toEqual(byKey(reader.rows.values()).map(settled))
}

function randomCommand(random: () => number, people: readonly Person[], rooms: readonly RoomId[]): Written {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a list that is not empty
  const one = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const number = (max: number): number => Math.floor(random() * max)
  const room = one(rooms)
  const { user } = one(people)
  const at = seq(1 + number(6))
  const id = commandId(`r${number(60)}`)
  const commands: readonly Written[] = [
    { cmd: 'send', id, room, body: `${number(3)} <@${user}>` },
    { cmd: 'send', room, body: 'hello' },
    { cmd: 'send', room, body: 'hello' },
    { cmd: 'edit', room, seq: at, body: `edited ${number(3)} <@${one(people).user}>` },
    { cmd: 'delete', room, seq: at },
    { cmd: 'react', room, seq: at, emoji: one(['👍', '🙂']), isOn: random() < 0.6 },
    { cmd: 'cancel', room, target: id },
    { cmd: 'join', room },
    { cmd: 'leave', room },
    { cmd: 'invite', room, user },
    { cmd: 'remove', room, user },
    { cmd: 'rename', room, name: `name ${number(3)}` },
    { cmd: 'topic', room, topic: `topic ${number(2)}` },
    { cmd: 'visibility', room, visibility: one(['public', 'private']) },
    { cmd: 'read', room, seq: at, epoch: number(3) },
    { cmd: 'unread', room, seq: seq(number(6)) },
    { cmd: 'profile', name: `person ${number(5)}` },
    { cmd: 'createRoom', name: 'new', visibility: 'public' },
    { cmd: 'openDirect', users: [user] },
    { cmd: random() < 0.3 ? 'deactivate' : 'reactivate', user },
  ]
  return one(commands)
}

/** Gives back what was reported. */
async function randomDay(seed: number): Promise<readonly string[]> {
  const random = seededRandom(seed)
  const world = await openWorld()
  const { owner } = world
  const others = [await world.signUp('Mina'), await world.signUp('Joon'), await world.signUp('Sora')]
  const people = [owner, ...others]
  const rooms = [await world.room(owner, 'public', ...others), await world.room(owner, 'private', ...others)]
  const readers: Readers = new Map()
  for (let turn = 0; turn < 40; turn++) {
    const batch = () =>
      world.batch(
        ...Array.from({ length: 1 + Math.floor(random() * 8) }, () => {
          const actor = people[Math.floor(random() * people.length)] ?? owner
          return world.envelope(actor, randomCommand(random, people, rooms))
        }),
      )
    // Sometimes two at once: one of them is overtaken.
    await (random() < 0.3 ? Promise.all([batch(), batch()]) : batch())
    hear(readers, world.announced.splice(0))
    for (const room of rooms) await checkRoom(world, room, readerOf(readers, `room ${room}`))
    for (const person of people) await checkPerson(world, person, readerOf(readers, `user ${person.user}`))
  }
  return world.reports
}

test.each([1, 2, 3, 4, 5, 6])(
  '[G3] [G4] what is announced is what is stored, one rev a row (seed %i)',
  async (seed) => {
    expect(await randomDay(seed)).toEqual([])
  },
)
