/** The real SQLite engine on a database in memory, in this thread, as a store that a test can delay, break and overtake. */

import { DatabaseSync } from 'node:sqlite'
import type { Answers, Arguments, ReadMethod, Reply, Request, WriteMethod } from '../../store/sqlite/calls.ts'
import { createEngine } from '../../store/sqlite/engine.ts'
import { errorOf } from '../../store/sqlite/failures.ts'
import { migrate } from '../../store/sqlite/migrate.ts'
import { migrations } from '../../store/migrations/migrations.ts'
import type { Store } from '../../store/store.ts'

type Trouble = () => void | Promise<void>

/** Run at these moments of every call: one that waits delays it, one that throws fails it, before or after it took effect. */
export type Troubles = {
  beforeLoad: Trouble
  afterLoad: Trouble
  beforeCommit: Trouble
  afterCommit: Trouble
  beforeRead: Trouble
  afterRead: Trouble
}

export type TestStore = Store & {
  readonly on: Troubles
  readonly calls: Record<'load' | 'commit' | 'read', number>
  /** The first column of each row. */
  readonly column: (sql: string) => readonly unknown[]
}

const nothing = (): void => {}

export function openTestStore(): TestStore {
  const db = new DatabaseSync(':memory:')
  migrate(db, migrations)
  const engine = createEngine(db)
  const on: Troubles = {
    beforeLoad: nothing,
    afterLoad: nothing,
    beforeCommit: nothing,
    afterCommit: nothing,
    beforeRead: nothing,
    afterRead: nothing,
  }
  const calls = { load: 0, commit: 0, read: 0 }

  function write<M extends WriteMethod>(ask: M, of: Arguments[M]): Answers[M] {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the compiler cannot pair a generic method with its argument
    const [reply] = engine.write([{ call: 1, ask, of } as Request<WriteMethod>]).replies
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an answer is its method's
    return answerOf(reply) as Answers[M]
  }

  async function read<M extends ReadMethod>(ask: M, of: Arguments[M]): Promise<Answers[M]> {
    const kind = ask === 'load' ? 'Load' : 'Read'
    calls[ask === 'load' ? 'load' : 'read']++
    await on[`before${kind}`]()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    const [reply] = engine.read([{ call: 1, ask, of } as Request<ReadMethod>])
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    const answer = answerOf(reply) as Answers[M]
    await on[`after${kind}`]()
    return answer
  }

  return {
    on,
    calls,
    column: (sql) =>
      db
        .prepare(sql)
        .all()
        .map((row) => Object.values(row)[0]),
    async commit(units) {
      calls.commit++
      await on.beforeCommit()
      const answer = write('commit', units)
      await on.afterCommit()
      return answer
    },
    load: (needs) => read('load', needs),
    welcome: (by) => read('welcome', by),
    memberships: (of) => read('memberships', of),
    snapshot: (of) => read('snapshot', of),
    changes: (of) => read('changes', of),
    ownChanges: (of) => read('ownChanges', of),
    history: (of) => read('history', of),
    members: (of) => read('members', of),
    users: (of) => read('users', of),
    people: (of) => read('people', of),
    publicRooms: (of) => read('publicRooms', of),
    invites: (of) => read('invites', of),
    heads: (of) => read('heads', of),
    seen: async (of) => write('seen', of),
    forgetOutcomes: async (of) => write('forgetOutcomes', of),
    [Symbol.asyncDispose]: async () => db.close(),
  }
}

function answerOf(reply: Reply | undefined): unknown {
  if (reply === undefined) throw new Error('the engine answers each request')
  if (!reply.ok) throw errorOf(reply.failure)
  return reply.answer
}

/** A trouble that throws the first `times` times. */
export function failing(times: number): Trouble {
  let left = times
  return () => {
    if (left-- > 0) throw new Error('the store is in trouble')
  }
}

/** A trouble that holds each call until it is opened; `held` resolves when the first call has come. */
export function holding(): { readonly trouble: Trouble; readonly held: Promise<void>; readonly open: () => void } {
  const came = Promise.withResolvers<void>()
  const opened = Promise.withResolvers<void>()
  const trouble = (): Promise<void> => {
    came.resolve()
    return opened.promise
  }
  return { trouble, held: came.promise, open: opened.resolve }
}
