import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { creating, messageRecord, roomRecord, sending, yard } from '../conformance/world.ts'
import { seq } from '../../protocol/ids.ts'
import type { Unit } from '../store.ts'
import { createEngine } from './engine.ts'
import { openDatabase } from './folder.ts'

const commit = (call: number, ...of: readonly Unit[]) => ({ call, ask: 'commit', of }) as const
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
  using database = openDatabase(folder.path)
  const engine = createEngine(database.db)
  engine.write([commit(1, creating(roomRecord(yard)))])
  // Points the messages of this schema at a page that is no table.
  database.db.exec(`pragma writable_schema = on; update sqlite_schema set rootpage = 2 where name = 'messages_by_rev'`)
  using again = reopened(database.db, folder.path)
  const { fatal, replies } = createEngine(again.db).write([commit(2, sending(yard, 1))])
  assert(fatal !== null)
  expect(replies).toEqual([{ call: 2, ok: false, failure: fatal }])
  expect(fatal).toMatchObject({ code: 'store_commit_failed', retryable: true })
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
  expect(messageRecord(yard, 1).room).toBe(yard)
})

function reopened(db: DatabaseSync, folder: string) {
  db.close()
  const file = new DatabaseSync(join(folder, 'madang.db'))
  return { db: file, [Symbol.dispose]: () => file.close() }
}
