/**
 * The schema's history, oldest first. One that was released is never edited or removed: what it got wrong, a later one
 * mends. A file's version is the number of migrations it has had.
 */

import { first } from './0001-first.ts'

export type Migration = {
  readonly name: string
  /** SQL statements. They run in one transaction with the new version, so a kill between two of them leaves none. */
  readonly steps: readonly string[]
}

export const migrations: readonly Migration[] = [first]
