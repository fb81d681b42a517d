import { closeSync, mkdtempDisposableSync, openSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { creating, roomRecord, sending, yard } from '../conformance/world.ts'
import { seq } from '../../protocol/ids.ts'
import type { Unit } from '../store.ts'
import { createEngine } from './engine.ts'
import { openDatabase } from './folder.ts'

const commit = (call: number, ...of: readonly Unit[]) => ({ call, ask: 'commit', of }) as const
const pageBytes = 4096
const body = (kilobytes: number) => ({ body: '가'.repeat(kilobytes * 350) })

test('[G1] on a full disk the whole commit fails and may be tried again; the store goes on', () => {
  using database = openDatabase(':memory:')
  const engine = createEngine(database.db)
  engine.write([commit(1, creating(roomRecord(yard)))])
  const pages = database.db.prepare('pragma page_count').get()?.['page_count']
  database.db.exec(`pragma max_page_count = ${Number(pages) + 4}`)
  const { replies, fatal } = engine.write([commit(2, sending(yard, 1)), commit(3, sending(yard, 2, body(100)))])
  expect(fatal).toBeNull()
  expect(replies).toMatchObject([
    { call: 2, ok: false, failure: { code: 'store_commit_failed', retryable: true } },
    { call: 3, ok: false, failure: { code: 'store_commit_failed', retryable: true } },
  ])
  const load = { call: 4, ask: 'load', of: [{ need: 'message', room: yard, seq: seq(1) } as const] } as const
  expect(engine.read([load])).toEqual([{ call: 4, ok: true, answer: [null] }])
  database.db.exec(`pragma max_page_count = 100000`)
  const again = engine.write([commit(5, sending(yard, 1)), commit(6, sending(yard, 2, body(100)))])
  expect(again.replies).toMatchObject([{ answer: [{ is: 'committed' }] }, { answer: [{ is: 'committed' }] }])
})

test('a damaged file ends the store: what follows it cannot be trusted', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'madang-'))
  const { db, [Symbol.dispose]: close } = openDatabase(folder.path)
  createEngine(db).write([commit(1, creating(roomRecord(yard)))])
  const root = db.prepare(`select rootpage from sqlite_schema where name = 'messages'`).get()?.['rootpage']
  close()
  const file = openSync(join(folder.path, 'madang.db'), 'r+')
  writeSync(file, Buffer.alloc(pageBytes, 0xff), 0, pageBytes, (Number(root) - 1) * pageBytes)
  closeSync(file)
  using again = openDatabase(folder.path)
  const { fatal, replies } = createEngine(again.db).write([commit(2, sending(yard, 1))])
  expect(fatal).toMatchObject({ code: 'store_commit_failed', retryable: true })
  expect(replies).toEqual([{ call: 2, ok: false, failure: fatal }])
})

test('[G1] a commit waits for the disk', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'madang-'))
  using database = openDatabase(folder.path)
  const full = 2
  expect(database.db.prepare('pragma synchronous').get()).toMatchObject({ synchronous: full })
  expect(database.db.prepare('pragma journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
})

test('catching up reads by indexes only', () => {
  using database = openDatabase(':memory:')
  const plan = (where: string) =>
    database.db
      .prepare(`explain query plan select body from messages where room_id = 'r' and rev > 1 and ${where} limit 9`)
      .all()
      .map(({ detail }) => detail)
  expect(plan('rev <> sent_rev order by rev')).toEqual([
    expect.stringContaining('USING INDEX messages_by_rev (room_id=? AND rev>?)'),
  ])
  expect(plan('seq > 1 and rev = sent_rev order by seq')).toEqual([
    'SEARCH messages USING PRIMARY KEY (room_id=? AND seq>?)',
  ])
})

test('a read that fails is answered alone', () => {
  using database = openDatabase(':memory:')
  const engine = createEngine(database.db)
  const good = { call: 2, ask: 'users', of: [] } as const
  const bad = { call: 1, ask: 'people', of: { after: null, limit: Number.NaN } } as const
  expect(engine.read([bad, good])).toMatchObject([
    { call: 1, ok: false },
    { call: 2, ok: true },
  ])
})
