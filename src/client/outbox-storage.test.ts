import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IDBFactory } from 'fake-indexeddb'
import { expect, test } from 'vitest'
import { commandId, roomId, userId } from '../protocol/ids.ts'
import type { OutboxEntry, OutboxStorage } from './api.ts'
import { openFileOutbox } from './outbox-file.ts'
import { type Factory, type Locks, openIndexedDbOutbox } from './outbox-indexeddb.ts'
import { openMemoryOutbox } from './outbox-memory.ts'
import { trusted } from './wire.ts'

const entry = (id: string, body = id): OutboxEntry => ({
  id: commandId(id),
  user: userId('me'),
  room: roomId('yard'),
  command: { cmd: 'send', id, body },
  writtenAtMs: 0,
  failed: null,
})
const ids = async (storage: OutboxStorage): Promise<string[]> => (await storage.load()).map(({ id }) => id)

/** Locks of one browser; `die` is what happens to a tab that is closed. */
function fakeLocks(): { readonly tab: () => Locks & { readonly die: () => void } } {
  const held = new Map<string, object>()
  return {
    tab() {
      const tab = {}
      return {
        async request(name, work) {
          held.set(name, tab)
          await work()
        },
        query: () => Promise.resolve({ held: [...held.keys()].map((name) => ({ name })) }),
        die() {
          for (const [name, owner] of held) if (owner === tab) held.delete(name)
        },
      }
    },
  }
}

const newDatabase = (): Factory => trusted(new IDBFactory())

for (const { name, open } of [
  { name: 'memory', open: () => Promise.resolve(openMemoryOutbox()) },
  { name: 'IndexedDB', open: () => Promise.resolve(openIndexedDbOutbox({ indexedDB: newDatabase(), locks: null })) },
  { name: 'file', open: async () => openFileOutbox(join(await mkdtemp(join(tmpdir(), 'outbox-')), 'outbox')) },
]) {
  test(`[G5] the ${name} outbox keeps the order of put, and a second put stays in its place`, async () => {
    await using stack = new AsyncDisposableStack()
    const storage: OutboxStorage & Partial<AsyncDisposable> = await open()
    stack.defer(async () => storage[Symbol.asyncDispose]?.())
    await Promise.all(['b', 'a', 'c'].map((id) => storage.put(entry(id))))
    await storage.put(entry('b', 'changed'))
    await storage.remove(commandId('a'))
    await storage.remove(commandId('never'))
    expect(await ids(storage)).toEqual(['b', 'c'])
    expect((await storage.load())[0]?.command['body']).toBe('changed')
  })
}

test('[G5] an IndexedDB outbox survives a reload', async () => {
  const indexedDB = newDatabase()
  await openIndexedDbOutbox({ indexedDB, locks: null }).put(entry('a'))
  expect(await ids(openIndexedDbOutbox({ indexedDB, locks: null }))).toEqual(['a'])
})

test('[G5] a living tab keeps its entries; those of a closed one are taken over by one other', async () => {
  const indexedDB = newDatabase()
  const locks = fakeLocks()
  const first = locks.tab()
  await openIndexedDbOutbox({ indexedDB, locks: first }).put(entry('a'))
  const second = openIndexedDbOutbox({ indexedDB, locks: locks.tab() })
  const third = openIndexedDbOutbox({ indexedDB, locks: locks.tab() })
  await second.put(entry('b'))
  expect(await ids(third)).toEqual([])
  first.die()
  const taken = await Promise.all([ids(third), ids(second)])
  expect(taken).toEqual([['a'], ['b']])
  await third.remove(commandId('a'))
  expect(await ids(third)).toEqual([])
})

test('[G5] without IndexedDB it says so, and a client goes on in memory', async () => {
  await expect(openIndexedDbOutbox({ locks: null }).load()).rejects.toThrow('no IndexedDB')
})

test('[G5] a file outbox survives a torn last line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'outbox-'))
  const path = join(folder, 'outbox')
  {
    await using storage = await openFileOutbox(path)
    await storage.put(entry('a'))
    await storage.put(entry('b'))
    await storage.remove(commandId('a'))
  }
  await appendFile(path, '{"put":{"id":"torn","us')
  {
    await using storage = await openFileOutbox(path)
    expect(await ids(storage)).toEqual(['b'])
    await storage.put(entry('c'))
  }
  await using storage = await openFileOutbox(path)
  expect(await ids(storage)).toEqual(['b', 'c'])
  await rm(folder, { recursive: true })
})

test('a file outbox does not grow with what is over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'outbox-'))
  const path = join(folder, 'outbox')
  await using storage = await openFileOutbox(path)
  await storage.put(entry('kept'))
  for (let round = 0; round < 4; round++) {
    const batch = Array.from({ length: 400 }, (_, index) => `${round}-${index}`)
    await Promise.all(batch.map((id) => storage.put(entry(id))))
    await Promise.all(batch.map((id) => storage.remove(commandId(id))))
  }
  expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(1_500)
  expect(await ids(storage)).toEqual(['kept'])
  await rm(folder, { recursive: true })
})
