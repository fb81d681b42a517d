/**
 * An outbox in a browser's IndexedDB: survives a reload, shared by the tabs of an origin.
 *
 * An entry belongs to one living tab at a time. A tab holds a lock of its own for as long as it lives (navigator.locks),
 * so `load` can tell whose tab is gone, and takes over what that one left. Where there are no locks every tab takes all:
 * two tabs then send the same commands, which their ids make harmless [G2 G9].
 */

import type { CommandId } from '../protocol/ids.ts'
import type { OutboxEntry, OutboxStorage } from './api.ts'
import { trusted } from './wire.ts'

type Request<T> = {
  readonly result: T
  readonly error: unknown
  readonly addEventListener: (type: 'success' | 'error' | 'upgradeneeded', listen: () => void) => void
}
type Store = {
  readonly put: (value: Row) => Request<unknown>
  readonly delete: (key: number) => Request<unknown>
  readonly getAll: () => Request<Row[]>
  readonly index: (name: string) => { readonly getKey: (key: string) => Request<number | undefined> }
  readonly createIndex: (name: string, path: string, options: { unique: boolean }) => unknown
}
type Transaction = {
  readonly objectStore: (name: string) => Store
  readonly addEventListener: (type: 'complete' | 'abort', listen: () => void) => void
  readonly error: unknown
}
type Database = {
  readonly transaction: (
    store: string,
    mode: 'readonly' | 'readwrite',
    options?: { durability: 'strict' },
  ) => Transaction
  readonly createObjectStore: (name: string, options: { keyPath: string; autoIncrement: boolean }) => Store
  readonly close: () => void
  readonly addEventListener: (type: 'versionchange', listen: () => void) => void
}
/** The part of IDBFactory that is used. */
export type Factory = {
  readonly open: (name: string, version: number) => Request<Database>
}
/** The part of LockManager that is used. */
export type Locks = {
  readonly request: (name: string, work: () => Promise<void>) => Promise<unknown>
  readonly query: () => Promise<{ readonly held?: readonly { readonly name?: string }[] }>
}

/** `place` counts up with each new entry: the order of `put`. */
type Row = { readonly place?: number; readonly id: CommandId; readonly tab: string; readonly entry: OutboxEntry }

const storeName = 'entries'
const lockPrefix = 'madang-outbox-'

export type IndexedDbOutboxOptions = {
  readonly name?: string
  readonly indexedDB?: Factory
  /** Null: none, as in old browsers. */
  readonly locks?: Locks | null
}

/** Opens the database with the first use. What it throws is for `connectClient`, which then keeps on in memory. */
export function openIndexedDbOutbox(options: IndexedDbOutboxOptions = {}): OutboxStorage {
  const platform = trusted<{ indexedDB?: Factory; navigator?: { locks?: Locks } }>(globalThis)
  const factory = options.indexedDB ?? platform.indexedDB
  const locks = options.locks === undefined ? (platform.navigator?.locks ?? null) : options.locks
  let opening: Promise<{ readonly db: Database; readonly tab: string }> | null = null

  const open = async (): Promise<{ readonly db: Database; readonly tab: string }> => {
    const tab = newTab()
    if (factory === undefined) throw new Error('no IndexedDB here')
    const db = await openDatabase(factory, options.name ?? 'madang-outbox')
    db.addEventListener('versionchange', () => db.close())
    // Held until the tab is gone, so it must not be awaited.
    if (locks !== null)
      await new Promise<void>((held) => void locks.request(lockPrefix + tab, async () => forLife(held)))
    return { db, tab }
  }
  const opened = async (): Promise<{ readonly db: Database; readonly tab: string }> => (opening ??= open())

  return {
    async load() {
      const { db, tab } = await opened()
      const living = await livingTabs(locks)
      return change(db, (store, done) => {
        const all = store.getAll()
        all.addEventListener('success', () => {
          const mine = all.result.filter((row) => row.tab === tab || !living.has(row.tab))
          for (const row of mine) if (row.tab !== tab) store.put({ ...row, tab })
          done(mine.map(({ entry }) => entry))
        })
      })
    },
    async put(entry) {
      const { db, tab } = await opened()
      await change<void>(db, (store) => {
        const found = store.index('id').getKey(entry.id)
        found.addEventListener('success', () => {
          const place = found.result === undefined ? {} : { place: found.result }
          store.put({ ...place, id: entry.id, tab, entry })
        })
      })
    },
    async remove(id) {
      const { db } = await opened()
      await change<void>(db, (store) => {
        const found = store.index('id').getKey(id)
        found.addEventListener('success', () => {
          if (found.result !== undefined) store.delete(found.result)
        })
      })
    },
  }
}

async function forLife(held: () => void): Promise<void> {
  held()
  await new Promise(() => {})
}

async function livingTabs(locks: Locks | null): Promise<ReadonlySet<string>> {
  const { held = [] } = (await locks?.query()) ?? {}
  return new Set(held.map(({ name = '' }) => name.slice(lockPrefix.length)))
}

async function openDatabase(factory: Factory, name: string): Promise<Database> {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, 1)
    request.addEventListener('upgradeneeded', () => {
      const store = request.result.createObjectStore(storeName, { keyPath: 'place', autoIncrement: true })
      store.createIndex('id', 'id', { unique: true })
    })
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(failure(request.error)))
  })
}

/** One transaction. Resolves when it is on disk: `strict`, because browsers say `complete` before that by default. */
async function change<T>(db: Database, work: (store: Store, done: (result: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(storeName, 'readwrite', { durability: 'strict' })
    let result: T
    transaction.addEventListener('complete', () => resolve(result))
    transaction.addEventListener('abort', () => reject(failure(transaction.error)))
    work(transaction.objectStore(storeName), (done) => {
      result = done
    })
  })
}

function failure(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function newTab(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(36)).join('')
}
