import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempDisposableSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath, getuid, pid, platform } from 'node:process'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { seq } from '../../protocol/ids.ts'
import { commitOne, creating, messageRecord, roomRecord, the, yard } from '../conformance/world.ts'
import { openSqliteStore } from '../sqlite.ts'

const tempFolder = () => mkdtempDisposableSync(join(tmpdir(), 'madang-'))

test('[G7] a data folder is one process’s: another is told whose, and gets it at once when that one was killed', async () => {
  using folder = tempFolder()
  await using owner = run(folder.path, `console.log('open')`)
  expect(await owner.line()).toBe('open')
  await expect(openSqliteStore({ path: folder.path })).rejects.toMatchObject({
    code: 'data_folder_in_use',
    message: `${folder.path} is in use by process ${owner.child.pid}: stop that one, or give this one another data folder`,
  })
  await owner.kill()
  await using store = await openSqliteStore({ path: folder.path })
  expect(await commitOne(store, creating(roomRecord(yard)))).toEqual({ is: 'committed' })
})

test('a data folder is one store’s within a process, too, and free when that is closed', async () => {
  using folder = tempFolder()
  const first = await openSqliteStore({ path: folder.path })
  await expect(openSqliteStore({ path: folder.path })).rejects.toThrow(`in use by process ${pid}:`)
  await expect(openSqliteStore({ path: folder.path })).rejects.toMatchObject({ code: 'data_folder_in_use' })
  await first[Symbol.asyncDispose]()
  await using second = await openSqliteStore({ path: folder.path })
  expect(await second.users([])).toEqual([])
})

test('[G1] every message that was acknowledged before a kill -9 is there after it', async () => {
  using folder = tempFolder()
  await using owner = run(folder.path, sendForEver)
  const acknowledged: number[] = []
  while (acknowledged.length < 300) acknowledged.push(Number(await owner.line()))
  await owner.kill()
  for await (const line of owner.lines) acknowledged.push(Number(line))
  await using store = await openSqliteStore({ path: folder.path })
  const room = await the(store, { need: 'room', room: yard })
  expect(room.lastSeq).toBeGreaterThanOrEqual(Math.max(...acknowledged))
  expect(room.lastRev).toBe(room.lastSeq + 1)
  const found = await store.load(acknowledged.map((at) => ({ need: 'message', room: yard, seq: seq(at) })))
  expect(found).toEqual(acknowledged.map((at) => expect.objectContaining({ seq: at, body: `message ${at}` })))
})

test(
  '[G1] after a failed write to the disk every call rejects, and what was acknowledged is kept',
  { skip: platform === 'win32' },
  async () => {
    using folder = tempFolder()
    // A limit on the size of files makes the kernel fail the write (EFBIG), which SQLite knows as an I/O error.
    await using owner = run(folder.path, reportFailure, ['sh', '-c', `trap '' XFSZ; ulimit -f 2000; exec "$0" "$@"`])
    const [acknowledged, codes, failures] = JSON.parse(await owner.line())
    expect(codes).toEqual(['store_commit_failed', 'store_failed'])
    expect(failures).toEqual(['store_failed'])
    expect(acknowledged).toBeGreaterThan(3)
    await owner.kill()
    await using store = await openSqliteStore({ path: folder.path })
    expect(await the(store, { need: 'room', room: yard })).toMatchObject({ lastSeq: acknowledged })
  },
)

test('a folder that cannot be written is refused in words', async () => {
  using folder = tempFolder()
  const file = join(folder.path, 'file')
  writeFileSync(file, '')
  const paths = [file, join(file, 'below')]
  // Root may write where the mode forbids it.
  if (getuid?.() !== 0) {
    mkdirSync(join(folder.path, 'closed'), { mode: 0o500 })
    paths.push(join(folder.path, 'closed'), join(folder.path, 'closed', 'below'))
  }
  for (const path of paths) {
    const opening = openSqliteStore({ path })
    await expect(opening).rejects.toMatchObject({ code: 'data_folder_not_writable', retryable: false })
    await expect(opening).rejects.toThrow(`cannot write in ${path} (`)
  }
})

test('a missing folder is made, readable by its owner only', async () => {
  using folder = tempFolder()
  const path = join(folder.path, 'a', 'b')
  await using store = await openSqliteStore({ path })
  expect(await store.users([])).toEqual([])
  expect(existsSync(join(path, 'madang.db'))).toBe(true)
  expect(platform === 'win32' || (statSync(path).mode & 0o077) === 0).toBe(true)
})

test('a newer schema and a damaged database are refused in words, and nothing is changed', async () => {
  using folder = tempFolder()
  await (await openSqliteStore({ path: folder.path }))[Symbol.asyncDispose]()
  const file = join(folder.path, 'madang.db')
  const db = new DatabaseSync(file)
  db.exec('pragma user_version = 99')
  db.close()
  const newer = openSqliteStore({ path: folder.path })
  await expect(newer).rejects.toMatchObject({ code: 'data_folder_newer', retryable: false })
  await expect(newer).rejects.toThrow(/of schema 99, this program knows \d+: use a newer Madang/)
  writeFileSync(file, 'this is not a database, however long one looks at it. '.repeat(200))
  chmodSync(file, 0o600)
  const damaged = openSqliteStore({ path: folder.path })
  await expect(damaged).rejects.toMatchObject({ code: 'data_folder_corrupt', retryable: false })
  await expect(damaged).rejects.toThrow(/restore a backup/)
})

const message = JSON.stringify(messageRecord(yard, 0))
const send = `
  const created = ${JSON.stringify(creating(roomRecord(yard)))}
  await store.commit([created])
  const send = async (seq, body) => {
    const record = { ...${message}, seq, rev: seq + 1, id: 'm' + seq, body }
    const advance = { stream: 'room', room: 'yard', from: seq, to: seq + 1, lastSeq: seq }
    const [answer] = await store.commit([{ advances: [advance], puts: [{ put: 'message', record, mentions: [] }] }])
    if (answer.is !== 'committed') throw new Error(JSON.stringify(answer))
  }
`
const sendForEver = `${send}
  for (let seq = 1; ; seq++) {
    await send(seq, 'message ' + seq)
    console.log(seq)
  }
`
const reportFailure = `${send}
  const codes = []
  let acknowledged = 0
  try {
    for (let seq = 1; ; seq++) {
      await send(seq, 'x'.repeat(50_000))
      acknowledged = seq
    }
  } catch (error) {
    codes.push(error.code)
  }
  try {
    await store.load([])
  } catch (error) {
    codes.push(error.code)
  }
  console.log(JSON.stringify([acknowledged, codes, failures]))
`

/** Another process with the folder's store open, doing `work`. */
function run(folder: string, work: string, prefix: readonly string[] = []) {
  const script = `
    import { openSqliteStore } from '${new URL('../sqlite.ts', import.meta.url).href}'
    const failures = []
    const store = await openSqliteStore({ path: ${JSON.stringify(folder)} }, { onFailed: ({ code }) => failures.push(code) })
    ${work}
  `
  const [command, ...args] = [...prefix, execPath, '--input-type=module', '-e', script] as const
  const child: ChildProcess = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  if (child.stdout === null) throw new Error('its output is a pipe')
  const exited = once(child, 'exit')
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const next = await lines.next()
    if (next.done === true) throw new Error('the process ended')
    return next.value
  }
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  return { child, line, kill, lines, [Symbol.asyncDispose]: kill }
}
