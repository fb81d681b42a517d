/**
 * The thread behind sqlite.ts. Everything that arrives while a commit is being written goes into the next one, so an
 * fsync is paid once a batch. It is a thread's entry, so unlike every other file it runs on import.
 */

import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import {
  type FromThread,
  type ReadMethod,
  type Reply,
  type Request,
  type ToThread,
  type WriteMethod,
  isWrite,
} from './calls.ts'
import { type Engine, createEngine } from './engine.ts'
import { type Failure, failureOf } from './failures.ts'
import { type OpenDatabase, openDatabase } from './folder.ts'

assert(parentPort && typeof workerData === 'string', 'runs as a thread of openSqliteStore')
const port = parentPort
const post = (message: FromThread): void => port.postMessage(message)

try {
  const database = openDatabase(workerData)
  serve(database, createEngine(database.db))
  post({ is: 'open' })
} catch (error) {
  fail(failureOf(error, 'data_folder_failed'))
}

function fail(failure: Failure): void {
  post({ is: 'failed', failure })
  port.close()
}

function serve(database: OpenDatabase, engine: Engine): void {
  let waiting: Request[] = []

  port.on('message', (message: ToThread) => {
    if (message === 'close') {
      if (answerWaiting()) {
        port.close()
        database[Symbol.dispose]()
      }
      return
    }
    // While a commit blocks this thread, messages pile up; the loop hands over all of them before it gets to setImmediate.
    if (waiting.length === 0) setImmediate(answerWaiting)
    waiting.push(...message)
  })

  /** False when the thread has ended over it. */
  function answerWaiting(): boolean {
    const writes: Request<WriteMethod>[] = []
    const reads: Request<ReadMethod>[] = []
    for (const request of waiting)
      if (isWrite(request)) writes.push(request)
      else reads.push(request)
    waiting = []
    if (writes.length > 0) {
      const { replies, fatal } = engine.write(writes)
      reply(replies)
      if (fatal !== null) {
        fail({ ...fatal, code: 'store_failed' })
        database[Symbol.dispose]()
        return false
      }
    }
    if (reads.length > 0) reply(engine.read(reads))
    return true
  }

  function reply(replies: readonly Reply[]): void {
    post({ is: 'replies', replies, stats: engine.stats() })
  }
}
