/**
 * One process owns a data folder. The lock is SQLite's own, on a file beside the database, held in an open transaction:
 * the kernel drops it with the process, however that dies, so no stale file ever needs a person [G7].
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pid } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { MadangError } from '../../madang-error.ts'
import { sqliteCode } from './failures.ts'

/** Throws `data_folder_in_use` at once when another store, in whatever process, has it. */
export function lockFolder(folder: string): Disposable {
  // Never opened by other means in this process: closing any descriptor of a file drops the process's locks on it.
  const lock = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 })
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    const isHeld = sqliteCode(error) === busy
    throw isHeld ? inUse(folder) : error
  }
  // Only for the message of whoever comes second.
  writeFileSync(ownerFile(folder), `${pid}\n`)
  return { [Symbol.dispose]: () => lock.close() }
}

const busy = 5
const ownerFile = (folder: string): string => join(folder, 'owner.pid')

function inUse(folder: string): MadangError {
  const message = `${folder} is in use by process ${ownerOf(folder)}: stop that one, or give this one another data folder`
  return new MadangError('data_folder_in_use', message, { retryable: true })
}

function ownerOf(folder: string): string {
  try {
    return readFileSync(ownerFile(folder), 'utf8').trim() || 'unknown'
  } catch {
    // It has the lock but has not written its id yet.
    return 'unknown'
  }
}
