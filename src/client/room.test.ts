import { expect, test } from 'vitest'
import { rev, seq } from '../protocol/ids.ts'
import {
  fakeLink,
  me,
  message,
  openRoomOf,
  other,
  page,
  reaction,
  room,
  rows,
  screen,
  sentAs,
  snapshot,
  user,
} from './testing/fake-link.ts'
import { trusted } from './wire.ts'

test('[G4] a room is followed from nothing, and from its cursor after a reconnect', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  expect(socket.of('follow')).toEqual([{ type: 'follow', room, rev: 0 }])
  socket.give(rows(message({ seq: 3 }), message({ seq: 4 })))
  socket.close(1006)
  await link.clock.advance(1_000)
  const next = await link.welcome()
  expect(next.of('follow')).toEqual([{ type: 'follow', room, rev: 4 }])
  next.give(page(6, [message({ seq: 5 }), message({ seq: 6 })]))
  expect(screen(link.client)).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'text 5', 'text 6'])
})

test('[G4] a hole is asked for once, and what is behind it is shown when it is filled', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  socket.give(rows(message({ seq: 4 })))
  socket.give(rows(message({ seq: 5 })))
  expect(socket.of('follow').slice(1)).toEqual([{ type: 'follow', room, rev: 2 }])
  expect(screen(link.client)).toEqual(['text 1', 'text 2'])
  socket.give(page(5, [message({ seq: 3 }), message({ seq: 4 }), message({ seq: 5 })]))
  expect(screen(link.client)).toEqual(['text 1', 'text 2', 'text 3', 'text 4', 'text 5'])
  socket.give(rows(message({ seq: 6 })))
  expect(socket.of('follow')).toHaveLength(2)
  expect(screen(link.client).at(-1)).toBe('text 6')
})

test('[G4] a head beyond the cursor is followed, and asked for again when nothing came', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  const ping = (): void => socket.give({ type: 'ping', rev: rev(10), heads: { [room]: rev(9) } })
  ping()
  ping()
  expect(socket.of('follow').slice(1)).toEqual([{ type: 'follow', room, rev: 2 }])
  await link.clock.advance(6_000)
  ping()
  expect(socket.of('follow')).toHaveLength(3)
})

test('[G4] changes are rows: an older one is ignored, also when a page repeats it', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  socket.give(rows(message({ seq: 1, rev: 3 }, { body: 'new', editedAtMs: 1 })))
  socket.give(rows(message({ seq: 1, rev: 1 }, { body: 'old' })))
  socket.give(page(3, [message({ seq: 1, rev: 2 }, { body: 'older' })]))
  expect(screen(link.client)).toEqual(['new', 'text 2'])
})

test('[G3] a page in the order of its revs shows in the order of the room', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  socket.give(page(6, [message({ seq: 4, rev: 4 })], false))
  expect(screen(link.client)).toEqual(['text 1', 'text 2'])
  socket.give(page(9, [reaction({ seq: 3, rev: 5 }), message({ seq: 3, rev: 8 }, { body: 'edited' })]))
  expect(screen(link.client)).toEqual(['text 1', 'text 2', 'edited', 'text 4'])
  const { messages } = link.client.room(room).timeline()
  expect(messages[2]?.reactions).toEqual([{ emoji: '👍', users: [other] }])
})

test('[G4] a snapshot replaces everything but the outbox', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  await link.client.room(room).send('mine')
  socket.give(snapshot([message({ seq: 40, rev: 90 }), message({ seq: 41, rev: 91 })]))
  expect(screen(link.client)).toEqual(['text 40', 'text 41', 'mine …sending'])
  expect(link.client.room(room).timeline()).toMatchObject({ hasOlder: true, isAtTail: true, lastSeq: 41 })
})

test('[G4] a message that is still missing after the last page is got with a fresh snapshot', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  socket.give(page(9, [message({ seq: 4, rev: 9 })]))
  expect(socket.of('follow').slice(1)).toEqual([{ type: 'follow', room, rev: 0 }])
})

test('an answer before its event, and an event before its answer, show the message once [G2]', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  await link.client.room(room).send('one')
  expect(screen(link.client).slice(2)).toEqual(['one …sending'])
  socket.give(sentAs('c1', 3))
  expect(screen(link.client).slice(2)).toEqual(['one …sending'])
  socket.give(rows(message({ seq: 3 }, { id: 'c1', author: me, body: 'one' })))
  expect(screen(link.client).slice(2)).toEqual(['one'])

  await link.client.room(room).send('two')
  socket.give(rows(message({ seq: 4 }, { id: 'c2', author: me, body: 'two' })))
  expect(screen(link.client).slice(2)).toEqual(['one', 'two'])
  socket.give(sentAs('c2', 4))
  expect(screen(link.client).slice(2)).toEqual(['one', 'two'])
})

test('[G2] my message behind a hole stays pending until it can be shown, and never shows nowhere', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  await link.client.room(room).send('one')
  const mine = message({ seq: 4 }, { id: 'c1', author: me, body: 'one' })
  socket.give(rows(mine))
  expect(screen(link.client)).toEqual(['text 1', 'text 2', 'one …sending'])
  socket.give(page(4, [message({ seq: 3 }), mine]))
  expect(screen(link.client)).toEqual(['text 1', 'text 2', 'text 3', 'one'])
})

test('another person with an id like mine does not end my pending message', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  await link.client.room(room).send('one')
  socket.give(rows(message({ seq: 3 }, { id: 'c1', author: other })))
  expect(screen(link.client).slice(2)).toEqual(['text 3', 'one …sending'])
})

test('a refused room shows nothing, and is followed again when I become a member', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  const error = { code: 'forbidden', message: '', temporary: false } as const
  socket.give({ type: 'unfollowed', room, error })
  expect(link.client.room(room).timeline()).toMatchObject({ state: { refused: error }, messages: [] })
  const row = { ...link.client.rooms()[0]?.membership }
  socket.give({ type: 'rows', room: null, rev: rev(11), rows: [trusted({ ...row, rev: rev(11) })] })
  expect(socket.of('follow').slice(1)).toEqual([{ type: 'follow', room, rev: 0 }])
})

test('the same timeline is given until it changes, and unchanged messages stay the same objects', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  let told = 0
  link.client.room(room).on('timeline', () => told++)
  const before = link.client.room(room).timeline()
  expect(link.client.room(room).timeline()).toBe(before)
  socket.give(rows(reaction({ seq: 2, rev: 3 })), rows(message({ seq: 3, rev: 4 })))
  await link.clock.advance(0)
  const after = link.client.room(room).timeline()
  expect(told).toBe(1)
  expect(after).not.toBe(before)
  expect(after.messages[0]).toBe(before.messages[0])
  expect(after.messages[1]).not.toBe(before.messages[1])
})

test('members are counted from the snapshot on, each change once', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  const row = { kind: 'member', rev: rev(3), user: user(other).id, isMember: true, role: 'member' } as const
  socket.give(rows(row))
  socket.give(rows(row))
  expect(link.client.room(room).memberCount()).toBe(3)
  socket.give(rows({ ...row, rev: rev(4), isMember: false }))
  expect(link.client.room(room).memberCount()).toBe(2)
  expect(link.client.room(room).members()).toEqual([])
})

test('who writes is shown until they stop, fall silent, or send', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  const typing = (): readonly string[] => link.client.room(room).typing()
  socket.give({ type: 'typing', room, user: other }, { type: 'typing', room, user: me })
  expect(typing()).toEqual([other])
  await link.clock.advance(5_000)
  expect(typing()).toEqual([])
  socket.give({ type: 'typing', room, user: other }, rows(message({ seq: 3 })))
  expect(typing()).toEqual([])
})

test('a frame of a type that is not known, and text that is no frame, change nothing', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  socket.give(trusted({ type: 'hologram', room }), trusted(null), rows(message({ seq: 3 })))
  expect(screen(link.client)).toEqual(['text 1', 'text 2', 'text 3'])
})

test('a room closed by its last reader is unfollowed, and resumes where it was', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  link.client.room(room).close()
  expect(socket.of('unfollow')).toHaveLength(1)
  socket.give(rows(message({ seq: 3 })))
  link.client.room(room).open()
  expect(socket.of('follow').at(-1)).toEqual({ type: 'follow', room, rev: 2 })
  expect(link.client.room(room).timeline().messages.at(-1)?.seq).toBe(seq(2))
})
