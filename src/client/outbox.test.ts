import { expect, test } from 'vitest'
import { commandId, rev, roomId, seq, userId } from '../protocol/ids.ts'
import { outcomeKeptMs } from '../protocol/limits.ts'
import type { OutboxEntry, OutboxStorage } from './api.ts'
import { openMemoryOutbox } from './outbox-memory.ts'
import {
  type FakeLink,
  fakeLink,
  me,
  membership,
  message,
  openRoomOf,
  page,
  refusal,
  room,
  rows,
  screen,
  sentAs,
  snapshot,
  user,
} from './testing/fake-link.ts'

const pending = (link: FakeLink): string[] =>
  link.client
    .room(room)
    .pending()
    .map(({ id, body, state }) => `${id} ${body} ${state.is}`)
const ids = (commands: readonly { readonly id: string }[]): string[] => commands.map(({ id }) => id)
const send = (link: FakeLink, body: string): Promise<string> => link.client.room(room).send(body)

const kept = (id: string, overrides: Partial<OutboxEntry> = {}): OutboxEntry => ({
  id: commandId(id),
  user: me,
  room,
  command: { cmd: 'send', id, room, body: `body ${id}` },
  writtenAtMs: Date.UTC(2026, 10, 21),
  failed: null,
  ...overrides,
})

async function storageOf(...entries: readonly OutboxEntry[]): Promise<OutboxStorage> {
  const storage = openMemoryOutbox()
  for (const entry of entries) await storage.put(entry)
  return storage
}

test('[G10] one frame of a room is unanswered at a time; what is written meanwhile goes together in the next', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  for (const body of ['a', 'b', 'c']) await send(link, body)
  expect(socket.of('do').map(({ commands }) => ids(commands))).toEqual([['c1']])
  expect(pending(link)).toEqual(['c1 a sending', 'c2 b waiting', 'c3 c waiting'])
  socket.give(sentAs('c1', 3))
  expect(socket.of('do').map(({ commands }) => ids(commands))).toEqual([['c1'], ['c2', 'c3']])
})

test('[G10] a frame carries no more commands and bytes than the limits say', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  for (let count = 0; count < 30; count++) await send(link, 'x')
  socket.give(sentAs('c1', 3))
  expect(socket.commands()).toHaveLength(20)
  using big = fakeLink()
  const second = await openRoomOf(big)
  for (let count = 0; count < 30; count++) await send(big, '가'.repeat(4_000))
  second.give(sentAs('c1', 3))
  expect(second.commands().length).toBeGreaterThan(5)
  expect(Buffer.byteLength(JSON.stringify({ type: 'do', commands: second.commands() }))).toBeLessThan(256 * 1024)
})

test('[G5 G10] after a lost answer all that is unanswered is sent again, in order, with the same ids', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  for (const body of ['a', 'b', 'c']) await send(link, body)
  socket.give(sentAs('c1', 3))
  socket.close(1006)
  expect(pending(link)).toEqual(['c1 a sending', 'c2 b waiting', 'c3 c waiting'])
  await send(link, 'd')
  await link.clock.advance(1_000)
  const next = await link.welcome()
  expect(next.of('do').map(({ commands }) => ids(commands))).toEqual([['c2', 'c3', 'c4']])
})

test('[G2] the event of a message whose answer was lost ends it: it is not sent again', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  await send(link, 'a')
  socket.give(rows(message({ seq: 3 }, { id: 'c1', author: me, body: 'a' })))
  socket.close(1006)
  await link.clock.advance(1_000)
  const next = await link.welcome({ rooms: [membership({ read: 3, lastSeq: 3 })] })
  expect(next.of('do')).toEqual([])
  expect(screen(link.client)).toEqual(['text 1', 'text 2', 'a'])
})

test('[G5] a link that does not answer a command for 30 s is not trusted', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  await send(link, 'a')
  for (let count = 0; count < 6; count++) {
    await link.clock.advance(5_000)
    socket.give({ type: 'ping', rev: rev(10), heads: {} })
  }
  expect(socket.letGo()).not.toBeNull()
  await link.clock.advance(1_000)
  expect(ids((await link.welcome()).commands())).toEqual(['c1'])
})

test('[G10] what is refused for the moment is tried again after the wait, and nothing overtakes it', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  for (const body of ['a', 'b']) await send(link, body)
  socket.give(refusal('c1', { code: 'too_fast', retryAfterMs: 2_000 }))
  await link.clock.advance(1_999)
  expect(socket.of('do')).toHaveLength(1)
  expect(pending(link)).toEqual(['c1 a waiting', 'c2 b waiting'])
  await link.clock.advance(1_000)
  expect(ids(socket.commands())).toEqual(['c1', 'c2'])
})

test('[G5] a failed head keeps its text and does not block its followers', async () => {
  using link = fakeLink()
  const storage = openMemoryOutbox()
  using stored = fakeLink({ outbox: storage })
  for (const each of [link, stored]) {
    const socket = await openRoomOf(each)
    for (const body of ['a', 'b']) await send(each, body)
    socket.give(refusal('c1', { code: 'forbidden' }))
    expect(pending(each)).toEqual(['c1 a failed', 'c2 b sending'])
  }
  await stored.clock.advance(0)
  expect((await storage.load()).map(({ id, failed }) => [id, failed?.code])).toEqual([
    ['c1', 'forbidden'],
    ['c2', undefined],
  ])
})

test('[G2] a failed message is sent again with its id; with another text it is another message', async () => {
  const storage = openMemoryOutbox()
  using link = fakeLink({ outbox: storage })
  const socket = await openRoomOf(link)
  await send(link, 'a')
  socket.give(refusal('c1', { code: 'forbidden' }))
  link.client.room(room).retry(commandId('c1'))
  await link.clock.advance(0)
  expect(socket.commands()).toEqual([{ cmd: 'send', id: 'c1', room, body: 'a' }])
  socket.give(refusal('c1', { code: 'forbidden' }))
  link.client.room(room).retry(commandId('c1'), 'better')
  await link.clock.advance(0)
  expect(socket.commands()).toEqual([{ cmd: 'send', id: 'c2', room, body: 'better' }])
  expect((await storage.load()).map(({ id }) => id)).toEqual(['c2'])
})

test('[G5] a text that no frame can carry fails here, with its text, and blocks nothing', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  await send(link, '가'.repeat(90_000))
  await send(link, '😀'.repeat(4_000))
  expect(pending(link).map((each) => each.split(' ').at(-1))).toEqual(['failed', 'sending'])
  expect(ids(socket.commands())).toEqual(['c2'])
})

test('[G5] a message that was never sent is discarded without a word', async () => {
  const storage = openMemoryOutbox()
  using link = fakeLink({ outbox: storage })
  const socket = await openRoomOf(link)
  for (const body of ['a', 'b']) await send(link, body)
  link.client.room(room).discard(commandId('c2'))
  socket.give(sentAs('c1', 3))
  await link.clock.advance(0)
  expect(socket.of('do')).toHaveLength(1)
  expect(await storage.load()).toEqual([])
})

test('[G5] a discarded message that may have been sent is cancelled in its place, also after a reload', async () => {
  const storage = openMemoryOutbox()
  using link = fakeLink({ outbox: storage })
  const socket = await openRoomOf(link)
  for (const body of ['a', 'b']) await send(link, body)
  link.client.room(room).discard(commandId('c1'))
  expect(pending(link)).toEqual(['c2 b waiting'])
  expect(socket.of('do')).toHaveLength(1)
  socket.close(1006)
  await link.clock.advance(0)
  const expected = [
    { cmd: 'cancel', id: 'c3', room, target: 'c1' },
    { cmd: 'send', id: 'c2', room, body: 'b' },
  ]
  using reloaded = fakeLink({ outbox: storage })
  expect((await openRoomOf(reloaded)).commands()).toEqual(expected)
  expect(pending(reloaded)).toEqual(['c2 b sending'])

  await link.clock.advance(1_000)
  const next = await link.welcome()
  expect(next.commands()).toEqual(expected)
  next.give({ type: 'reply', re: commandId('c3'), ok: { seq: null } }, sentAs('c2', 3))
  await link.clock.advance(0)
  expect(await storage.load()).toEqual([])
})

test('[G5] an answer that crosses a discard tells that it was sent: nothing is cancelled', async () => {
  const storage = openMemoryOutbox()
  using link = fakeLink({ outbox: storage })
  const socket = await openRoomOf(link)
  await send(link, 'a')
  link.client.room(room).discard(commandId('c1'))
  socket.give(sentAs('c1', 3))
  socket.give(rows(message({ seq: 3 }, { id: 'c1', author: me, body: 'a' })))
  await link.clock.advance(0)
  expect(socket.of('do')).toHaveLength(1)
  expect(screen(link.client)).toEqual(['text 1', 'text 2', 'a'])
  expect(await storage.load()).toEqual([])
})

test('[G5] what an earlier page left is sent before what this one wrote, with the same ids', async () => {
  using link = fakeLink({ outbox: await storageOf(kept('old1'), kept('old2')) })
  const written = send(link, 'new')
  const socket = await openRoomOf(link)
  await written
  expect(pending(link)).toEqual(['old1 body old1 sending', 'old2 body old2 sending', 'c1 new waiting'])
  socket.give(sentAs('old1', 3), sentAs('old2', 4))
  expect(socket.of('do').map(({ commands }) => ids(commands))).toEqual([['old1', 'old2'], ['c1']])
})

test('[G5] what somebody else left stays theirs', async () => {
  const storage = await storageOf(kept('theirs', { user: userId('other') }))
  using link = fakeLink({ outbox: storage })
  const socket = await openRoomOf(link)
  expect(socket.of('do')).toEqual([])
  await send(link, 'mine')
  socket.close(1006)
  await link.clock.advance(1_000)
  const next = await link.welcome({ user: user(userId('other')) })
  expect(ids(next.commands())).toEqual(['theirs'])
  expect(pending(link)).toEqual(['theirs body theirs sending'])
})

test('[G9] what is older than outcomes are kept is not sent by itself; given up, it is cancelled', async () => {
  const writtenAtMs = Date.UTC(2026, 10, 22) - outcomeKeptMs
  const edit = { cmd: 'edit', id: 'e', room, seq: 1, body: 'x' }
  using link = fakeLink({
    outbox: await storageOf(kept('old', { writtenAtMs }), kept('e', { writtenAtMs, command: edit })),
  })
  const socket = await openRoomOf(link)
  expect(socket.of('do')).toEqual([])
  expect(pending(link)).toEqual(['old body old failed'])
  expect(link.client.room(room).error()).toMatchObject({ code: 'expired' })
  link.client.room(room).discard(commandId('old'))
  await link.clock.advance(0)
  expect(socket.commands()).toMatchObject([{ cmd: 'cancel', target: 'old' }])
})

test('[G5] a storage that fails or hangs does not keep anybody from writing', async () => {
  const broken = { load: () => Promise.reject(new Error('no')), put: () => Promise.reject(new Error('full')) }
  const hanging = { load: () => new Promise<never>(() => {}), put: () => Promise.resolve() }
  for (const half of [broken, hanging]) {
    using link = fakeLink({ outbox: { ...half, remove: () => Promise.resolve() } })
    const socket = await openRoomOf(link)
    void send(link, 'a')
    await link.clock.advance(3_000)
    expect(ids(socket.commands())).toEqual(['c1'])
  }
})

test('[G5] an outbox entry of a newer client is left alone', async () => {
  const storage = await storageOf(kept('x', { command: { cmd: 'poll', id: 'x' } }))
  using link = fakeLink({ outbox: storage })
  const socket = await openRoomOf(link)
  expect(socket.of('do')).toEqual([])
  expect(await storage.load()).toHaveLength(1)
})

test('[G2] two tabs with one outbox show and send one message', async () => {
  const storage = openMemoryOutbox()
  using first = fakeLink({ outbox: storage })
  const socket = await openRoomOf(first)
  await send(first, 'a')
  using second = fakeLink({ outbox: storage, newId: () => 'other-tab' })
  const its = await openRoomOf(second)
  expect(its.commands()).toEqual(socket.commands())
  for (const each of [socket, its]) {
    each.give(sentAs('c1', 3), rows(message({ seq: 3 }, { id: 'c1', author: me, body: 'a' })))
  }
  for (const each of [first, second]) expect(screen(each.client)).toEqual(['text 1', 'text 2', 'a'])
  await first.clock.advance(0)
  expect(await storage.load()).toEqual([])
})

test('[G5] a session that ended keeps what was written until its author is back', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  await send(link, 'a')
  const error = { code: 'unauthenticated', message: '', temporary: false } as const
  socket.give({ type: 'reply', re: commandId('c1'), error })
  socket.close(4101)
  expect(link.client.link()).toEqual({ is: 'signed_out', reason: 'session_ended' })
  expect(pending(link)).toEqual(['c1 a waiting'])
  link.client.reconnect()
  const next = await link.welcome()
  await link.clock.advance(1_000)
  expect(ids(next.commands())).toEqual(['c1'])
})

test('an edit, a deletion and a reaction show before they are answered, and until their row is here', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  const shown = (): unknown =>
    link.client
      .room(room)
      .timeline()
      .messages.map(({ body, isPending, reactions }) => [body, isPending, reactions.length])
  link.client.room(room).edit(seq(1), 'better')
  link.client.room(room).react(seq(2), '👍', true)
  expect(shown()).toEqual([
    ['better', true, 0],
    ['text 2', true, 1],
  ])
  await link.clock.advance(0)
  socket.give(sentAs('c1', 1))
  await link.clock.advance(0)
  expect(shown()).toMatchObject([['better', false, 0], {}])
  socket.give(rows(message({ seq: 1, rev: 3 }, { body: 'better' })))
  expect(shown()).toMatchObject([['better', false, 0], {}])
  link.client.room(room).delete(seq(1))
  expect(shown()).toMatchObject([[null, true, 0], {}])
})

test('a change that is refused is taken back, and told', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  link.client.room(room).edit(seq(1), 'better')
  await link.clock.advance(0)
  socket.give(refusal('c1', { code: 'forbidden' }))
  expect(screen(link.client)).toEqual(['text 1', 'text 2'])
  expect(link.client.room(room).error()).toMatchObject({ code: 'forbidden' })
  link.client.room(room).clearError()
  expect(link.client.room(room).error()).toBeNull()
})

test('two edits in a row never flash back to the first', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  link.client.room(room).edit(seq(1), 'one')
  link.client.room(room).edit(seq(1), 'two')
  await link.clock.advance(0)
  const seen: string[] = []
  const look = (): void => void seen.push(screen(link.client)[0] ?? '')
  socket.give(sentAs('c1', 1))
  look()
  await link.clock.advance(0)
  socket.give(sentAs('c2', 1))
  look()
  socket.give(rows(message({ seq: 1, rev: 3 }, { body: 'one' })))
  look()
  socket.give(rows(message({ seq: 1, rev: 4 }, { body: 'two' })))
  look()
  expect(new Set(seen)).toEqual(new Set(['two']))
})

test('[G4] two edits whose rows come as one, the newest, show as that one', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  link.client.room(room).edit(seq(1), 'one')
  link.client.room(room).edit(seq(1), 'two')
  await link.clock.advance(0)
  socket.give(sentAs('c1', 1))
  await link.clock.advance(0)
  socket.give(sentAs('c2', 1))
  socket.give(page(4, [message({ seq: 1, rev: 4 }, { body: 'two' })]))
  expect(screen(link.client)).toEqual(['two', 'text 2'])
})

test('[G9] a command of my own is sent again with its id until it is answered', async () => {
  using link = fakeLink()
  const socket = await link.welcome()
  const result = link.client.do('profile', { name: 'New' })
  expect(socket.commands()).toEqual([{ cmd: 'profile', id: 'c1', name: 'New' }])
  socket.close(1006)
  await link.clock.advance(1_000)
  const next = await link.welcome()
  expect(next.commands()).toEqual(socket.commands())
  next.give(refusal('c1', { code: 'forbidden' }))
  expect(await result).toMatchObject({ error: { code: 'forbidden' } })
})

test('a command of a room waits in its lane, and what waits is settled when the client is disposed', async () => {
  const link = fakeLink()
  const socket = await openRoomOf(link)
  await send(link, 'a')
  const renamed = link.client.room(room).do('rename', { name: 'New' })
  const asked = link.client.query({ query: 'tokens' })
  expect(socket.of('do')).toHaveLength(1)
  link[Symbol.dispose]()
  expect(await renamed).toMatchObject({ error: { code: 'outcome_unknown' } })
  expect(await asked).toMatchObject({ error: { code: 'outcome_unknown' } })
})

test('a query is answered by its id, and is unknown when the link goes or is not there', async () => {
  using link = fakeLink()
  expect(await link.client.query({ query: 'tokens' })).toMatchObject({ error: { code: 'outcome_unknown' } })
  const socket = await link.welcome()
  const asked = link.client.query({ query: 'tokens' })
  const id = socket.of('query')[0]?.id ?? commandId('')
  socket.give({ type: 'reply', re: id, ok: { tokens: [] } })
  expect(await asked).toEqual({ ok: { tokens: [] } })
  const lost = link.client.query({ query: 'tokens' })
  socket.close(1006)
  expect(await lost).toMatchObject({ error: { code: 'outcome_unknown' } })
})

test('a send into a room that nobody reads is over with its answer', async () => {
  using link = fakeLink()
  const socket = await link.welcome()
  await link.client.room(roomId('elsewhere')).send('a')
  socket.give(sentAs('c1', 3))
  expect(link.client.room(roomId('elsewhere')).pending()).toEqual([])
})

test('[G2] a message that came with the snapshot of a reconnect is not pending any more', async () => {
  using link = fakeLink()
  const socket = await openRoomOf(link)
  await send(link, 'a')
  socket.close(1006)
  await link.clock.advance(1_000)
  const next = await link.welcome()
  next.give(snapshot([message({ seq: 70 }), message({ seq: 71 }, { id: 'c1', author: me, body: 'a' })]))
  expect(screen(link.client)).toEqual(['text 70', 'a'])
})
