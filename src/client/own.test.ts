import { expect, test } from 'vitest'
import { commandId, rev, roomId, seq, userId } from '../protocol/ids.ts'
import type { OwnRow } from '../protocol/rows.ts'
import {
  type FakeLink,
  type FakeSocket,
  fakeLink,
  me,
  membership,
  message,
  openRoomOf,
  other,
  refusal,
  room,
  rows,
  settings,
  user,
} from './testing/fake-link.ts'

const own = (through: number, ...changed: readonly OwnRow[]) =>
  ({ type: 'rows', room: null, rev: rev(through), rows: changed }) as const
const entry = (link: FakeLink) => link.client.rooms().find(({ membership: row }) => row.room.id === room)
const badge = (link: FakeLink): string => {
  const { unread, mentions, membership: row } = entry(link) ?? {}
  return `read ${row?.readSeq} unread ${unread} mentions ${mentions}`
}
const reads = (socket: FakeSocket): unknown[] =>
  socket
    .of('do')
    .flatMap(({ commands }) => commands)
    .map((each) => (each.cmd === 'read' ? [each.seq, each.epoch] : each.cmd))
const answerRead = (socket: FakeSocket, at: number, epoch = 0): void => {
  const [asked] = socket.commands()
  socket.give({ type: 'reply', re: asked?.id ?? commandId(''), ok: { seq: seq(at), epoch } })
}

test('the room list comes in pages, and rooms that are not in it any more are gone after a reconnect', async () => {
  using link = fakeLink()
  const a = membership({ id: roomId('a') })
  const b = membership({ id: roomId('b') })
  const socket = await link.welcome({ rooms: [a], isLast: false })
  expect(link.client.hasRooms()).toBe(false)
  socket.give({ type: 'rooms', rooms: [b], isLast: true })
  expect(link.client.hasRooms()).toBe(true)
  expect(link.client.rooms()).toHaveLength(2)
  socket.close(1006)
  await link.clock.advance(1_000)
  const next = await link.welcome({ rooms: [b], isLast: false, rev: rev(20) })
  expect(link.client.rooms()).toHaveLength(2)
  next.give(own(21, membership({ id: roomId('c'), at: 21 })), { type: 'rooms', rooms: [], isLast: true })
  expect(link.client.rooms().map((each) => each.membership.room.id)).toEqual(['b', 'c'])
})

test('[G4] my own stream notices a hole, and asks from the rev of the welcome on', async () => {
  using link = fakeLink()
  const socket = await link.welcome()
  socket.give(own(12, membership({ id: roomId('late'), at: 12 })))
  expect(socket.of('follow')).toEqual([{ type: 'follow', room: null, rev: 10 }])
  expect(link.client.rooms()).toHaveLength(2)
  socket.give({
    type: 'page',
    room: null,
    through: rev(12),
    isLast: true,
    rows: [{ kind: 'profile', rev: rev(11), user: { ...user(me), name: 'New' } }],
  })
  expect(link.client.me()?.name).toBe('New')
  socket.give(own(13, { ...membership({ at: 13 }), isMember: false }))
  expect(socket.of('follow')).toHaveLength(1)
  expect(link.client.rooms().map((each) => each.membership.room.id)).toEqual(['late'])
})

test('unread counts messages of others behind the cursor; bumps and live rows both count, once', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  expect(badge(link)).toBe('read 2 unread 0 mentions 0')
  socket.give(rows(message({ seq: 3 })), rows(message({ seq: 4 }, { body: `<@${me}> look` })))
  expect(badge(link)).toBe('read 2 unread 2 mentions 1')
  link.client.room(room).close()
  const bump = { room, lastSeq: seq(5), lastRev: rev(5), author: other, mentions: [seq(5)] }
  socket.give({ type: 'bump', bumps: [bump] }, { type: 'bump', bumps: [bump] })
  expect(badge(link)).toBe('read 2 unread 3 mentions 2')
  socket.give({ type: 'bump', bumps: [{ ...bump, mentions: [], settings: settings(9, 'Renamed') }] })
  expect(entry(link)?.membership.room.name).toBe('Renamed')
})

test('my own message is not unread, and moves my cursor only when nothing was unread', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  socket.give(rows(message({ seq: 3 }, { author: me })))
  expect(badge(link)).toBe('read 3 unread 0 mentions 0')
  socket.give(rows(message({ seq: 4 })), rows(message({ seq: 5 }, { author: me })))
  expect(badge(link)).toBe('read 3 unread 1 mentions 0')
})

test('reading shows at once and is sent at most every 2 s, only the newest', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  for (const at of [3, 4, 5, 6]) socket.give(rows(message({ seq: at })))
  link.client.room(room).read(seq(3))
  expect(badge(link)).toBe('read 3 unread 3 mentions 0')
  answerRead(socket, 3)
  for (const at of [4, 6, 5]) link.client.room(room).read(seq(at))
  await link.clock.advance(1_999)
  expect(reads(socket)).toEqual([[3, 0]])
  await link.clock.advance(1)
  expect(reads(socket)).toEqual([
    [3, 0],
    [6, 0],
  ])
  answerRead(socket, 6)
  await link.clock.advance(10_000)
  expect(reads(socket)).toHaveLength(2)
})

test('a cursor that moved while the link was gone is sent after it is back', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  for (const at of [3, 4]) socket.give(rows(message({ seq: at })))
  socket.close(1006)
  for (const at of [3, 4]) link.client.room(room).read(seq(at))
  await link.clock.advance(1_000)
  const next = await link.welcome({ rooms: [membership({ lastSeq: 4 })] })
  expect(reads(next)).toEqual([[4, 0]])
  expect(badge(link)).toBe('read 4 unread 0 mentions 0')
})

test('cursors of my devices merge: within an epoch the further one, otherwise the newer epoch', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  const told = (at: number, read: number, readEpoch: number) =>
    socket.give(own(at, membership({ at, read, lastSeq: 8, readEpoch })))
  told(11, 6, 0)
  expect(badge(link)).toBe('read 6 unread 2 mentions 0')
  told(12, 4, 0)
  expect(badge(link)).toBe('read 6 unread 2 mentions 0')
  told(13, 3, 1)
  expect(badge(link)).toBe('read 3 unread 5 mentions 0')
  link.client.room(room).read(seq(7))
  expect(reads(socket).at(-1)).toEqual([7, 1])
})

test('unread sets the cursor back at once, and takes what the server answers', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  const unread = link.client.room(room).unread(seq(1))
  expect(badge(link)).toBe('read 1 unread 1 mentions 0')
  socket.give({ type: 'reply', re: commandId('c1'), ok: { seq: seq(1), epoch: 3 } })
  expect(await unread).toEqual({ ok: { seq: 1, epoch: 3 } })
  expect(entry(link)?.membership.readEpoch).toBe(3)
  const refused = link.client.room(room).unread(seq(0))
  socket.give(refusal('c2', { code: 'forbidden' }))
  expect(await refused).toMatchObject({ error: { code: 'forbidden' } })
  expect(badge(link)).toBe('read 1 unread 1 mentions 0')
})

test('a mention that was read, edited away or deleted does not count', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  const mention = { body: `<@${me}>` }
  socket.give(
    rows(message({ seq: 3 }, mention)),
    rows(message({ seq: 4 }, mention)),
    rows(message({ seq: 5 }, mention)),
  )
  expect(badge(link)).toBe('read 2 unread 3 mentions 3')
  socket.give(rows(message({ seq: 4, rev: 6 }, { body: null })))
  link.client.room(room).read(seq(3))
  expect(badge(link)).toBe('read 3 unread 2 mentions 1')
})

test('people are asked for together, and again on a new link', async () => {
  using link = fakeLink()
  const socket = await link.welcome()
  const [a, b] = [userId('a'), userId('b')]
  let told = 0
  link.client.on('people', () => told++)
  expect([link.client.user(a), link.client.user(b), link.client.user(a)]).toEqual([null, null, null])
  await link.clock.advance(0)
  const [asked] = socket.of('query')
  expect(asked?.query).toEqual({ query: 'users', ids: [a, b] })
  socket.give({ type: 'reply', re: asked?.id ?? commandId(''), ok: { users: [user(a)] } })
  await link.clock.advance(0)
  expect(told).toBe(1)
  const held = link.client.user(a)
  expect(held?.name).toBe('A')
  expect(link.client.user(b)).toBeNull()
  await link.clock.advance(0)
  expect(socket.of('query')).toHaveLength(1)

  socket.close(1006)
  await link.clock.advance(1_000)
  const next = await link.welcome()
  expect(link.client.user(a)).toBe(held)
  await link.clock.advance(0)
  expect(next.of('query')[0]?.query).toEqual({ query: 'users', ids: [a] })
  next.give({ type: 'user', user: { ...user(a), name: 'Anna' } })
  expect(link.client.user(a)?.name).toBe('Anna')
})

test('whoever is watched is watched again on a new link; others are forgotten', async () => {
  using link = fakeLink()
  const socket = await link.welcome()
  link.client.watch([other])
  socket.give({ type: 'presence', users: [{ user: other, presence: 'online' }] })
  expect(link.client.presence(other)).toBe('online')
  socket.close(1006)
  await link.clock.advance(1_000)
  const next = await link.welcome()
  expect(next.of('watch')).toEqual([{ type: 'watch', users: [other] }])
  link.client.watch([])
  expect(link.client.presence(other)).toBe('offline')
})
