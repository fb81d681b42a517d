/**
 * The control for durable sends: rows like messages into a bare SQLite, WAL and synchronous=FULL, with nothing around.
 * Arguments: a folder for the file, which is the caller's to remove; rows of a transaction; seconds. Prints `figures {…}`.
 */

import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Histogram } from '../load/histogram.ts'
import { writeBody } from '../load/marked-body.ts'

const roomCount = 50
const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE messages (
    room INTEGER, seq INTEGER, author TEXT, id TEXT, sent_at INTEGER, body TEXT,
    PRIMARY KEY (room, seq), UNIQUE (author, id)
  ) WITHOUT ROWID`

const [scratchDir = '', rowsPerCommit, seconds] = process.argv.slice(2)
const folder = mkdtempSync(join(scratchDir, 'sqlite-'))
console.log(`figures ${JSON.stringify(insertFor(Number(rowsPerCommit), Number(seconds) * 1000))}`)
process.exit(0)

function insertFor(perCommit: number, ms: number): Readonly<Record<string, number>> {
  const db = new DatabaseSync(join(folder, 'control.db'))
  db.exec(schema)
  const insert = db.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)')
  const commits = new Histogram()
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  let rows = 0
  while (performance.now() - startMs < ms) {
    const commitStartMs = performance.now()
    db.exec('BEGIN')
    for (let i = 0; i < perCommit; i++, rows++) {
      const room = rows % roomCount
      const seq = Math.floor(rows / roomCount) + 1
      const body = writeBody({ room, publisher: 0, n: seq })
      insert.run(room, seq, `bench-user-${rows % 64}`, crypto.randomUUID(), Date.now(), body)
    }
    db.exec('COMMIT')
    commits.add(performance.now() - commitStartMs)
  }
  const wallMs = performance.now() - startMs
  const { user, system } = process.cpuUsage(cpu)
  db.close()
  return {
    sendsPerSecond: (rows * 1000) / wallMs,
    usPerSend: (user + system) / rows,
    answerP50Ms: commits.percentileMs(0.5),
    answerP99Ms: commits.percentileMs(0.99),
  }
}
