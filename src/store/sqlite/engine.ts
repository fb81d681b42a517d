/**
 * Answers batches of requests: the writes of a batch in one transaction, the reads in one snapshot after it. A read that
 * ran inside the write's transaction could be answered with rows that are not on disk yet, and may never be [G1].
 */

import type { DatabaseSync } from 'node:sqlite'
import type { Answers, Handlers, Method, ReadMethod, Reply, Request, Stats, WriteMethod } from './calls.ts'
import { committing, savepoint } from './commit.ts'
import { type Failure, failureOf, reachOf } from './failures.ts'
import { loading } from './load.ts'
import { headReading, listReading } from './read-lists.ts'
import { ownReading } from './read-own.ts'
import { roomReading } from './read-room.ts'
import { upkeep } from './upkeep.ts'

export type Engine = {
  /** `fatal`: the database cannot be trusted any more, nothing may be asked of it. */
  readonly write: (requests: readonly Request<WriteMethod>[]) => {
    readonly replies: readonly Reply[]
    readonly fatal: Failure | null
  }
  readonly read: (requests: readonly Request<ReadMethod>[]) => readonly Reply[]
  readonly stats: () => Stats
}

export function createEngine(db: DatabaseSync): Engine {
  const writeUnit = committing(db)
  const guarded = savepoint(db)
  const writers: Handlers<WriteMethod> = {
    commit: (units) => units.map((unit) => writeUnit(unit)),
    ...upkeep(db),
  }
  const readers: Handlers<ReadMethod> = {
    ...loading(db),
    ...roomReading(db),
    ...ownReading(db),
    ...listReading(db),
    ...headReading(db),
  }
  let transactions = 0
  let commits = 0

  /** A commit refuses its bad units itself; other writes that fail alone are answered alone. */
  function answerWrite(request: Request<WriteMethod>): Reply {
    if (request.ask === 'commit') return answered(request, answer(writers, request))
    try {
      return answered(
        request,
        guarded(() => answer(writers, request)),
      )
    } catch (error) {
      if (reachOf(error) !== 'unit') throw error
      return failed(request, failureOf(error, 'store_failed'))
    }
  }

  function answerRead(request: Request<ReadMethod>): Reply {
    try {
      return answered(request, answer(readers, request))
    } catch (error) {
      return failed(request, failureOf(error, 'store_failed'))
    }
  }

  return {
    write(requests) {
      try {
        db.exec('begin immediate')
        const replies = requests.map(answerWrite)
        db.exec('commit')
        transactions += 1
        commits += requests.filter(({ ask }) => ask === 'commit').length
        return { replies, fatal: null }
      } catch (error) {
        const failure = failureOf(error, 'store_commit_failed')
        const isFatal = reachOf(error) === 'thread' || !rolledBack(db)
        return { replies: requests.map((request) => failed(request, failure)), fatal: isFatal ? failure : null }
      }
    },
    read(requests) {
      try {
        db.exec('begin')
        const replies = requests.map(answerRead)
        db.exec('commit')
        return replies
      } catch (error) {
        const failure = failureOf(error, 'store_failed')
        rolledBack(db)
        return requests.map((request) => failed(request, failure))
      }
    },
    stats: () => ({ transactions, commits }),
  }
}

function answer<M extends Method>(handlers: Handlers<M>, request: Request<M>): Answers[M] {
  return handlers[request.ask](request.of)
}

function answered({ call }: Request, value: Answers[Method]): Reply {
  return { call, ok: true, answer: value }
}

function failed({ call }: Request, failure: Failure): Reply {
  return { call, ok: false, failure }
}

function rolledBack(db: DatabaseSync): boolean {
  try {
    if (db.isTransaction) db.exec('rollback')
    return true
  } catch {
    // The caller reports what came first; that it could not be undone only decides how far it reaches.
    return false
  }
}
