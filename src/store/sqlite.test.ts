import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { roomId, seq } from '../protocol/ids.ts'
import { commitOne, creating, fact, roomRecord, sending, yard } from './conformance/world.ts'
import { testStore } from './store.conformance.ts'
import { openSqliteStore } from './sqlite.ts'
import type { Store } from './store.ts'

const tempFolder = () => mkdtempDisposableSync(join(tmpdir(), 'madang-'))

testStore('SQLite in memory', () => openSqliteStore({ path: ':memory:' }))
testStore('SQLite in a folder', openInFolder)

async function openInFolder(): Promise<Store> {
  await using stack = new AsyncDisposableStack()
  const folder = stack.use(tempFolder())
  const store = stack.use(await openSqliteStore({ path: folder.path }))
  const kept = stack.move()
  return { ...store, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

test('commits that arrive together are one transaction', async () => {
  await using store = await openSqliteStore({ path: ':memory:' })
  const rooms = Array.from({ length: 500 }, (_, index) => roomId(`room-${index}`))
  await Promise.all(rooms.map((room) => commitOne(store, creating(roomRecord(room)))))
  await Promise.all(rooms.map((room) => commitOne(store, sending(room, 1))))
  const { commits, transactions } = store.stats()
  expect(commits).toBe(1000)
  expect(transactions).toBeLessThanOrEqual(10)
})

test('[S1] a load that is called right behind a commit sees it', async () => {
  await using store = await openSqliteStore({ path: ':memory:' })
  const committed = commitOne(store, creating(roomRecord(yard)))
  const loaded = fact(store, { need: 'room', room: yard })
  expect(await committed).toEqual({ is: 'committed' })
  expect(await loaded).toEqual(roomRecord(yard))
})

test('[G1] what was committed is there after closing, also when the close came right behind it', async () => {
  using folder = tempFolder()
  const store = await openSqliteStore({ path: folder.path })
  const committed = store.commit([creating(roomRecord(yard)), sending(yard, 1)])
  await Promise.all([store[Symbol.asyncDispose](), store[Symbol.asyncDispose]()])
  expect(await committed).toEqual([{ is: 'committed' }, { is: 'committed' }])
  await expect(store.commit([])).rejects.toMatchObject({ code: 'store_closed' })
  await using again = await openSqliteStore({ path: folder.path })
  expect(await fact(again, { need: 'message', room: yard, seq: seq(1) })).toMatchObject({ body: 'message 1' })
})

test('a store closed by its owner is not reported as failed', async () => {
  const failures: unknown[] = []
  const store = await openSqliteStore({ path: ':memory:' }, { onFailed: (error) => failures.push(error) })
  await store[Symbol.asyncDispose]()
  expect(failures).toEqual([])
})
