import { expect, test } from 'vitest'
import type { Pending, ShownMessage } from '../../src/client/api.ts'
import { commandId, rev, seq, userId } from '../../src/protocol/ids.ts'
import { buildRows, groupMs } from './rows.ts'

const me = userId('me')
const other = userId('other')
const noon = new Date(2026, 10, 22, 12).getTime()

const message = (at: number, more: Partial<ShownMessage> = {}): ShownMessage => ({
  kind: 'message',
  rev: rev(at),
  seq: seq(at),
  id: commandId(`m${at}`),
  author: other,
  sentAtMs: noon + at * 1_000,
  body: 'x',
  replyTo: null,
  editedAtMs: null,
  isPending: false,
  reactions: [],
  ...more,
})
const pending = (id: string, more: Partial<Pending> = {}): Pending => ({
  id: commandId(id),
  body: 'x',
  replyTo: null,
  writtenAtMs: noon + 60_000,
  state: { is: 'waiting' },
  ...more,
})

const shape = (rows: ReturnType<typeof buildRows>) =>
  rows.map((row) => ('isGrouped' in row ? `${row.key.split(':')[1]}${row.isGrouped ? '+' : ''}` : row.is))

const build = (messages: readonly ShownMessage[], more: { pending?: Pending[]; readSeq?: number } = {}) => {
  const readSeq = more.readSeq === undefined ? null : seq(more.readSeq)
  return shape(buildRows({ messages, pending: more.pending ?? [], me, readSeq }))
}

test('messages of one author within five minutes share a head', () => {
  const late = { sentAtMs: noon + 2_000 + groupMs }
  expect(build([message(1), message(2), message(3, late)])).toEqual(['day', 'm1', 'm2+', 'm3'])
  expect(build([message(1), message(2, { author: me }), message(3)])).toEqual(['day', 'm1', 'm2', 'm3'])
})

test('a reply begins a group of its own', () => {
  expect(build([message(1), message(2, { replyTo: seq(1) }), message(3)])).toEqual(['day', 'm1', 'm2', 'm3+'])
})

test('a new day has its divider and breaks the group', () => {
  const midnight = new Date(2026, 10, 23).getTime()
  const rows = [message(1, { sentAtMs: midnight - 1_000 }), message(2, { sentAtMs: midnight })]
  expect(build(rows)).toEqual(['day', 'm1', 'day', 'm2'])
})

test('the divider stands before the first message of somebody else behind the cursor, once', () => {
  expect(build([message(1), message(2), message(3)], { readSeq: 1 })).toEqual(['day', 'm1', 'new', 'm2', 'm3+'])
  expect(build([message(1), message(2, { author: me }), message(3)], { readSeq: 1 })).toEqual([
    'day',
    'm1',
    'm2',
    'new',
    'm3',
  ])
  expect(build([message(1)], { readSeq: 1 })).toEqual(['day', 'm1'])
})

test('what is on its way stands at the end, and once when it has arrived', () => {
  const mine = message(1, { author: me, id: commandId('p1') })
  expect(build([mine], { pending: [pending('p1'), pending('p2')] })).toEqual(['day', 'p1', 'p2+'])
  expect(build([message(1, { id: commandId('p1') })], { pending: [pending('p1')] })).toEqual(['day', 'p1', 'p1'])
})

test('a sent message keeps the key that it had on its way', () => {
  const sent = buildRows({
    messages: [message(1, { author: me, id: commandId('p1') })],
    pending: [],
    me,
    readSeq: null,
  })
  const sending = buildRows({ messages: [], pending: [pending('p1')], me, readSeq: null })
  expect(sent.at(-1)?.key).toBe(sending.at(-1)?.key)
})
