import { expect, test } from 'vitest'
import { commandId, rev, seq } from '../protocol/ids.ts'
import type { MessageRow, ReactionRow } from '../protocol/rows.ts'
import {
  type FakeLink,
  type FakeSocket,
  fakeLink,
  message,
  other,
  page,
  reaction,
  room,
  rows,
  snapshot,
} from './testing/fake-link.ts'

const all = (from: number, to: number): MessageRow[] =>
  Array.from({ length: to - from + 1 }, (_, index) => message({ seq: from + index }))
const seqs = (link: FakeLink): string => {
  const { messages } = link.client.room(room).timeline()
  return `${messages[0]?.seq}-${messages.at(-1)?.seq} (${messages.length})`
}
const timeline = (link: FakeLink) => link.client.room(room).timeline()

async function answer(
  link: FakeLink,
  messages: readonly MessageRow[],
  at: { readonly lastSeq: number; readonly reactions?: readonly ReactionRow[] },
): Promise<unknown> {
  await link.clock.advance(0)
  const asked = link.socket().of('query').at(-1)
  link.socket().give({
    type: 'reply',
    re: asked?.id ?? commandId(''),
    ok: { messages, reactions: at.reactions ?? [], lastSeq: seq(at.lastSeq), lastRev: at.lastSeq },
  })
  await link.clock.advance(0)
  return asked?.query
}

async function deepRoom(link: FakeLink): Promise<FakeSocket> {
  const socket = await link.welcome()
  link.client.room(room).open()
  socket.give(snapshot(all(951, 1_000)))
  return socket
}

test('[G3] older pages join the window without a seam', async () => {
  using link = fakeLink()
  await deepRoom(link)
  const twice = [link.client.room(room).loadOlder(), link.client.room(room).loadOlder()]
  const asked = await answer(link, all(851, 950), { lastSeq: 1_000, reactions: [reaction({ seq: 900, rev: 5 })] })
  await Promise.all(twice)
  expect(asked).toEqual({ query: 'history', room, limit: 100, before: 951 })
  expect(link.socket().of('query')).toHaveLength(1)
  expect(seqs(link)).toBe('851-1000 (150)')
  expect(timeline(link).messages[49]?.reactions).toEqual([{ emoji: '👍', users: [other] }])
})

test('a window in the past leads on to the tail, and is live from there', async () => {
  using link = fakeLink()
  const socket = await deepRoom(link)
  const around = link.client.room(room).loadAround(seq(500))
  expect(await answer(link, all(451, 550), { lastSeq: 1_000 })).toMatchObject({ around: 500 })
  await around
  expect(timeline(link)).toMatchObject({ isAtTail: false, hasOlder: true, lastSeq: 1_000 })
  socket.give(rows(message({ seq: 1_001 })))
  expect(seqs(link)).toBe('451-550 (100)')
  expect(timeline(link).lastSeq).toBe(1_001)
  expect(socket.of('follow')).toHaveLength(1)
  const newer = link.client.room(room).loadNewer()
  expect(await answer(link, all(551, 1_001), { lastSeq: 1_001 })).toMatchObject({ after: 550 })
  await newer
  expect(timeline(link).isAtTail).toBe(true)
  socket.give(rows(message({ seq: 1_002 })))
  expect(seqs(link)).toBe('451-1002 (552)')
})

test('back to the tail loads the newest page', async () => {
  using link = fakeLink()
  await deepRoom(link)
  const around = link.client.room(room).loadAround(seq(5))
  await answer(link, all(1, 50), { lastSeq: 1_000 })
  await around
  expect(timeline(link).hasOlder).toBe(false)
  const tail = link.client.room(room).loadTail()
  expect(await answer(link, all(901, 1_000), { lastSeq: 1_000 })).toMatchObject({ before: 2_000 })
  await tail
  expect(timeline(link).isAtTail).toBe(true)
  expect(seqs(link)).toBe('901-1000 (100)')
})

test('[G4] what changes while a page is on its way is applied to it', async () => {
  using link = fakeLink()
  const socket = await deepRoom(link)
  const older = link.client.room(room).loadOlder()
  await link.clock.advance(0)
  socket.give(rows(message({ seq: 900, rev: 1_001 }, { body: 'edited' })))
  socket.give(rows(reaction({ seq: 901, rev: 1_002, isOn: false })))
  await answer(link, all(851, 950), { lastSeq: 1_000, reactions: [reaction({ seq: 901, rev: 990 })] })
  await older
  expect(timeline(link).messages[49]?.body).toBe('edited')
  expect(timeline(link).messages[50]?.reactions).toEqual([])
})

test('a message that comes while the tail is on its way is not lost', async () => {
  using link = fakeLink()
  const socket = await deepRoom(link)
  const around = link.client.room(room).loadAround(seq(990))
  await link.clock.advance(0)
  socket.give(rows(message({ seq: 1_001 })))
  await answer(link, all(901, 1_000), { lastSeq: 1_000 })
  await around
  expect(seqs(link)).toBe('901-1001 (101)')
})

test('a jump that is asked for before the room is here waits for it', async () => {
  using link = fakeLink()
  const socket = await link.welcome()
  link.client.room(room).open()
  const around = link.client.room(room).loadAround(seq(500))
  await link.clock.advance(0)
  expect(socket.of('query')).toEqual([])
  socket.give(snapshot(all(951, 1_000)))
  await answer(link, all(451, 550), { lastSeq: 1_000 })
  await around
  expect(seqs(link)).toBe('451-550 (100)')
})

test('[G4] a page that was asked for before a snapshot is dropped', async () => {
  using link = fakeLink()
  const socket = await deepRoom(link)
  const older = link.client.room(room).loadOlder()
  await link.clock.advance(0)
  socket.give(snapshot(all(2_001, 2_050)))
  await answer(link, all(851, 950), { lastSeq: 1_000 })
  await older
  expect(seqs(link)).toBe('2001-2050 (50)')
})

test('a page that is refused for the moment is asked for again', async () => {
  using link = fakeLink()
  const socket = await deepRoom(link)
  const older = link.client.room(room).loadOlder()
  await link.clock.advance(0)
  const error = { code: 'too_fast', message: '', temporary: true, retryAfterMs: 2_000 } as const
  socket.give({ type: 'reply', re: socket.of('query')[0]?.id ?? commandId(''), error })
  await link.clock.advance(0)
  await link.clock.advance(2_000)
  await answer(link, all(851, 950), { lastSeq: 1_000 })
  await older
  expect(seqs(link)).toBe('851-1000 (150)')
})

test('a room that talks for days does not fill the memory', async () => {
  using link = fakeLink()
  const socket = await deepRoom(link)
  for (let at = 1_001; at <= 4_000; at += 50) {
    socket.give({ type: 'rows', room, rev: rev(at + 49), rows: all(at, at + 49) })
  }
  const { messages, hasOlder } = timeline(link)
  expect(messages.length).toBeLessThanOrEqual(2_000)
  expect(messages.at(-1)?.seq).toBe(4_000)
  expect(hasOlder).toBe(true)
  socket.give(page(4_000, []))
  expect(socket.of('follow')).toHaveLength(1)
})
