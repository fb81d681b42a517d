/**
 * The store in SQLite, behind one writer thread with group commit: an fsync is paid once for everything that arrived
 * while the one before was being written. So throughput grows with load, an idle store answers at once, and no fsync
 * stalls the sockets.
 */

import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'
import { MadangError } from '../madang-error.ts'
import type { Answers, Arguments, FromThread, Method, Request, Stats, ToThread } from './sqlite/calls.ts'
import { errorOf, failureOf } from './sqlite/failures.ts'
import type { Store } from './store.ts'

export type SqliteConfig = {
  /** The data folder, made when it is not there; or ':memory:'. */
  readonly path: string
}
export type SqliteDeps = {
  /** Told once, when the store has failed for good (a failed fsync, a broken file): every later call rejects. */
  readonly onFailed?: (error: MadangError) => void
}
export type SqliteStore = Store & { readonly stats: () => Stats }

/**
 * Opens a data folder, which is this process's alone until the store is closed or the process dies. Rejects with
 * `data_folder_in_use`, `data_folder_not_writable`, `data_folder_newer`, `data_folder_corrupt` or `data_folder_failed`,
 * in words for the person who started the server. Closing answers what was called before.
 */
export async function openSqliteStore({ path }: SqliteConfig, deps: SqliteDeps = {}): Promise<SqliteStore> {
  const thread = openThread(path, deps)
  await thread.opened
  const { ask } = thread
  return {
    load: (needs) => ask('load', needs),
    commit: (units) => ask('commit', units),
    welcome: (by) => ask('welcome', by),
    memberships: (of) => ask('memberships', of),
    snapshot: (of) => ask('snapshot', of),
    changes: (of) => ask('changes', of),
    ownChanges: (of) => ask('ownChanges', of),
    history: (of) => ask('history', of),
    members: (of) => ask('members', of),
    users: (ids) => ask('users', ids),
    people: (of) => ask('people', of),
    publicRooms: (of) => ask('publicRooms', of),
    invites: (of) => ask('invites', of),
    heads: (of) => ask('heads', of),
    seen: (of) => ask('seen', of),
    forgetOutcomes: (of) => ask('forgetOutcomes', of),
    stats: thread.stats,
    [Symbol.asyncDispose]: thread.close,
  }
}

type Thread = {
  readonly opened: Promise<void>
  readonly ask: <M extends Method>(ask: M, of: Arguments[M]) => Promise<Answers[M]>
  readonly stats: () => Stats
  readonly close: () => Promise<void>
}

type State = { readonly is: 'running' } | { readonly is: 'closing' | 'failed'; readonly refusal: MadangError }
type Call = { readonly resolve: (answer: never) => void; readonly reject: (error: MadangError) => void }

function openThread(path: string, { onFailed }: SqliteDeps): Thread {
  const options = {
    workerData: path,
    // Not the process's own flags: some, such as --input-type, a thread refuses.
    execArgv: [],
    // What a batch leaves behind is garbage at once; a large young generation would only be more of it to hold.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  }
  const worker = new Worker(new URL('./sqlite/thread.ts', import.meta.url), options)
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const opened = Promise.withResolvers<void>()
  const calls = new Map<number, Call>()
  let state: State = { is: 'running' }
  let isOpen = false
  let callsMade = 0
  let outgoing: Request[] = []
  let stats: Stats = { transactions: 0, commits: 0 }

  worker.on('message', (message: FromThread) => {
    switch (message.is) {
      case 'open':
        isOpen = true
        return opened.resolve()
      case 'replies':
        stats = message.stats
        return message.replies.forEach(settle)
      case 'failed':
        return fail(errorOf(message.failure))
    }
  })
  worker.on('error', (error) => fail(errorOf(failureOf(error, 'store_failed'))))
  worker.on('exit', () => fail(storeError('store_failed', 'store: its thread ended')))

  function settle(reply: Extract<FromThread, { is: 'replies' }>['replies'][number]): void {
    const call = calls.get(reply.call)
    assert(call, 'a reply answers one call')
    calls.delete(reply.call)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- calls are paired by number, so it is what its method promises
    if (reply.ok) call.resolve(reply.answer as never)
    else call.reject(errorOf(reply.failure))
  }

  /** What was under way may be on disk or not: the caller loads again and looks. */
  function fail(error: MadangError): void {
    if (state.is === 'failed') return
    const isNews = state.is === 'running' && isOpen
    state = { is: 'failed', refusal: state.is === 'running' ? error : state.refusal }
    opened.reject(error)
    for (const call of calls.values()) call.reject(state.refusal)
    calls.clear()
    if (isNews) onFailed?.(error)
  }

  function ask<M extends Method>(method: M, of: Arguments[M]): Promise<Answers[M]> {
    if (state.is !== 'running') return Promise.reject(state.refusal)
    return new Promise<Answers[M]>((resolve, reject) => {
      const call = ++callsMade
      calls.set(call, { resolve, reject })
      // One message to the thread for all the calls of this turn of the event loop.
      if (outgoing.length === 0) setImmediate(postOutgoing)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the compiler cannot pair a generic method with its argument
      outgoing.push({ call, ask: method, of } as Request)
    })
  }

  function postOutgoing(): void {
    post(outgoing)
    outgoing = []
  }

  function post(message: ToThread): void {
    worker.postMessage(message)
  }

  async function close(): Promise<void> {
    if (state.is === 'running') {
      state = { is: 'closing', refusal: storeError('store_closed', 'store: closed') }
      // Behind the calls of this turn, which setImmediate posts first.
      setImmediate(() => post('close'))
    }
    await exited
  }

  return { opened: opened.promise, ask, stats: () => stats, close }
}

function storeError(code: string, message: string): MadangError {
  return new MadangError(code, message, { retryable: true })
}
