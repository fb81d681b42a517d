/** Brings a database to the newest schema, one transaction a migration: a kill at any point loses at most the last one. */

import type { DatabaseSync } from 'node:sqlite'
import { MadangError } from '../../madang-error.ts'
import type { Migration } from '../migrations/migrations.ts'

/** `beforeStep` runs before each statement and before each commit; tests kill there. */
export function migrate(db: DatabaseSync, migrations: readonly Migration[], beforeStep: () => void = () => {}): void {
  const version = versionOf(db)
  if (version > migrations.length) {
    const message = `the database is of schema ${version}, this program knows ${migrations.length}: use a newer Madang`
    throw new MadangError('data_folder_newer', message, { retryable: false })
  }
  for (const [index, migration] of migrations.entries()) {
    if (index >= version) apply(db, { migration, version: index + 1, beforeStep })
  }
}

function apply(
  db: DatabaseSync,
  { migration, version, beforeStep }: { migration: Migration; version: number; beforeStep: () => void },
): void {
  db.exec('begin exclusive')
  try {
    for (const step of migration.steps) {
      beforeStep()
      db.exec(step)
    }
    // The version is a field of the file's header page, so it is written or lost with the rest of the transaction.
    db.exec(`pragma user_version = ${version}`)
    beforeStep()
    db.exec('commit')
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

function versionOf(db: DatabaseSync): number {
  const version = db.prepare('pragma user_version').get()?.['user_version']
  if (typeof version !== 'number') throw new Error('the database has no version')
  return version
}
