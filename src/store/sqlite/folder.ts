/** Opens a data folder: makes it, locks it, opens its database and brings that to the newest schema. */

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MadangError } from '../../madang-error.ts'
import { migrations } from '../migrations/migrations.ts'
import { sqliteCode, textOf } from './failures.ts'
import { lockFolder } from './lock.ts'
import { migrate } from './migrate.ts'

/** An open database, and with it the folder it is in: disposing it lets the next owner in. */
export type OpenDatabase = Disposable & { readonly db: DatabaseSync }

/** `path`: a folder, made when it is not there, or ':memory:'. Throws a `MadangError` that says what a person can do. */
export function openDatabase(path: string): OpenDatabase {
  if (path === ':memory:') return opened(path, new DisposableStack())
  const folder = resolve(path)
  using stack = new DisposableStack()
  try {
    makeFolder(folder)
    stack.use(lockFolder(folder))
    return opened(join(folder, 'madang.db'), stack)
  } catch (error) {
    throw explained(folder, error)
  }
}

function opened(file: string, owned: DisposableStack): OpenDatabase {
  const db = new DatabaseSync(file, { timeout: 5000 })
  owned.defer(() => db.close())
  // A checkpoint writes each page once, however often it changed: every 40 MB rather than 4 took a quarter off
  // the mean commit of 56 messages and half off its p95. What it costs is tens of milliseconds at a start
  // after a kill. 16 MB of pages are kept; the system keeps the rest of the file.
  db.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma wal_autocheckpoint = 10000;
    pragma temp_store = memory;
    pragma cache_size = -16384;
  `)
  migrate(db, migrations)
  const kept = owned.move()
  return { db, [Symbol.dispose]: () => kept.dispose() }
}

/** Makes the folder and what is missing above it, and makes sure that a power cut does not lose it again [G1]. */
function makeFolder(folder: string): void {
  // One by one: Node's recursive mkdir never ends where the system says ENOENT for a folder that cannot be made (/proc).
  const missing: string[] = []
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at)
  for (const each of missing) {
    mkdirSync(each, { mode: 0o700 })
    syncFolder(dirname(each))
  }
}

function syncFolder(folder: string): void {
  let descriptor: number
  try {
    descriptor = openSync(folder, 'r')
  } catch {
    // Windows opens no folders, and some above ours may not be ours to read; both sync a new entry themselves in time.
    return
  }
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

const readOnly = 8
const corrupt = 11
const cannotOpen = 14
const notADatabase = 26

function explained(folder: string, error: unknown): MadangError {
  if (error instanceof MadangError) return error
  const code = sqliteCode(error)
  const fail = (name: string, message: string): MadangError =>
    new MadangError(name, message, { retryable: false, cause: error })
  if (code === corrupt || code === notADatabase)
    return fail('data_folder_corrupt', `the database in ${folder} is damaged (${textOf(error)}): restore a backup`)
  if (code === null || code === readOnly || code === cannotOpen)
    return fail(
      'data_folder_not_writable',
      `cannot write in ${folder} (${textOf(error)}): check who owns it, or give another data folder`,
    )
  return fail('data_folder_failed', `cannot open the database in ${folder}: ${textOf(error)}`)
}
