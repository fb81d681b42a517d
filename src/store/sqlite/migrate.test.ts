import { spawnSync } from 'node:child_process'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { type Migration, migrations } from '../migrations/migrations.ts'
import { migrate } from './migrate.ts'

const notes: Migration = {
  name: 'notes',
  steps: [
    'create table notes (body text) strict',
    `insert into notes values ('one')`,
    'create index by_body on notes (body)',
  ],
}
const all = [...migrations, notes]
/** One before each statement, one before each commit. */
const stepCount = all.reduce((count, { steps }) => count + steps.length + 1, 0)

test('a migration that was cut off at any step is done again, whole', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'madang-'))
  const expected = schemaOf(migrated(join(folder.path, 'whole.db')))
  for (let cut = 1; cut <= stepCount; cut++) {
    const file = join(folder.path, `${cut}.db`)
    let step = 0
    const db = new DatabaseSync(file)
    const cutOff = () => {
      if (++step === cut) throw new Error('cut')
    }
    expect(() => migrate(db, all, cutOff)).toThrow('cut')
    db.close()
    expect(schemaOf(migrated(file))).toEqual(expected)
  }
})

test(
  '[G7] a process killed at any step of a migration leaves a file that the next one brings up to date',
  { timeout: 30_000 },
  () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'madang-'))
    const expected = schemaOf(migrated(join(folder.path, 'whole.db')))
    // The first migration's beginning, middle and end, and every step of the second, on a file that has data.
    const first = (migrations[0]?.steps.length ?? 0) + 1
    const cuts = [1, 5, first, ...Array.from({ length: stepCount - first }, (_, index) => first + 1 + index)]
    for (const cut of cuts) {
      const file = join(folder.path, `${cut}.db`)
      expect(killedAt(file, cut)).toBe('SIGKILL')
      expect(schemaOf(migrated(file))).toEqual(expected)
    }
  },
)

test('migrating twice changes nothing, and a newer schema is refused in words', () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'madang-'))
  const db = migrated(join(folder.path, 'chat.db'))
  migrate(db, all)
  expect(db.prepare('select count(*) as count from notes').get()).toMatchObject({ count: 1 })
  expect(() => migrate(db, migrations)).toThrow(/schema 2, this program knows 1: use a newer Madang/)
  db.close()
})

function migrated(file: string): DatabaseSync {
  const db = new DatabaseSync(file)
  migrate(db, all)
  return db
}

function schemaOf(db: DatabaseSync) {
  const schema = db.prepare('select name, sql from sqlite_schema order by name').all()
  const found = {
    schema,
    notes: db.prepare('select * from notes').all(),
    version: db.prepare('pragma user_version').get(),
  }
  db.close()
  return found
}

function killedAt(file: string, cut: number): string | null {
  const script = `
    import { DatabaseSync } from 'node:sqlite'
    import { migrate } from '${new URL('./migrate.ts', import.meta.url).href}'
    const db = new DatabaseSync(${JSON.stringify(file)})
    db.exec('pragma journal_mode = wal')
    let step = 0
    migrate(db, ${JSON.stringify(all)}, () => { if (++step === ${cut}) process.kill(process.pid, 'SIGKILL') })
  `
  return spawnSync(execPath, ['--input-type=module', '-e', script]).signal
}
