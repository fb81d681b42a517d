/** Writes units into the open transaction, each whole or not at all. */

import type { DatabaseSync } from 'node:sqlite'
import type { Rev, Seq } from '../../protocol/ids.ts'
import { unreachable } from '../../unreachable.ts'
import type { Advance, Committed, Unit } from '../store.ts'
import { reachOf, textOf } from './failures.ts'
import { Overtaken, Refusal, putting } from './puts.ts'
import { change, query } from './statements.ts'

const committed: Committed = { is: 'committed' }
const stale: Committed = { is: 'stale' }

export type WriteUnit = (unit: Unit) => Committed

/** Throws when the transaction itself is lost. */
export function committing(db: DatabaseSync): WriteUnit {
  const heads = streamHeads(db)
  const put = putting(db)
  const guarded = savepoint(db)

  const profile = query<{ rev: Rev }>(db, `select rev from users where user_id = ?`)

  function writeUnit({ advances, expects = [], puts }: Unit): Committed {
    for (const { user, rev } of expects) if (profile.one(user)?.rev !== rev) return stale
    for (const advance of advances) {
      if (advance.to <= advance.from)
        throw new Refusal(`a stream goes forward, not from ${advance.from} to ${advance.to}`)
      if (heads.read(advance) !== advance.from) return stale
    }
    return guarded(() => {
      for (const each of puts) put(each)
      for (const advance of advances) heads.move(advance)
      return committed
    })
  }

  return (unit) => {
    try {
      return writeUnit(unit)
    } catch (error) {
      if (error instanceof Overtaken) return stale
      if (reachOf(error) !== 'unit') throw error
      return { is: 'refused', reason: textOf(error) }
    }
  }
}

/** Runs work whose changes are taken back when it throws, and only they. */
export function savepoint(db: DatabaseSync): <Result>(work: () => Result) => Result {
  const begin = db.prepare('savepoint unit')
  const release = db.prepare('release unit')
  const rollBack = db.prepare('rollback to unit')
  return (work) => {
    begin.run()
    try {
      return work()
    } catch (error) {
      // A failure such as a full disk may have ended the transaction, and the savepoint with it.
      if (db.isTransaction) rollBack.run()
      throw error
    } finally {
      if (db.isTransaction) release.run()
    }
  }
}

type Heads = {
  /** 0 when there is no such stream yet. */
  readonly read: (advance: Advance) => Rev | 0
  readonly move: (advance: Advance) => void
}

function streamHeads(db: DatabaseSync): Heads {
  const room = query<{ lastRev: Rev; lastSeq: Seq }>(db, `select last_rev as lastRev from rooms where room_id = ?`)
  const user = query<{ lastRev: Rev }>(db, `select last_rev as lastRev from users where user_id = ?`)
  const server = query<{ lastRev: Rev }>(db, `select last_rev as lastRev from server`)
  const moveRoom = change(db, `update rooms set last_rev = ?, last_seq = coalesce(?, last_seq) where room_id = ?`)
  const moveUser = change(db, `update users set last_rev = ? where user_id = ?`)
  const moveServer = change(db, `update server set last_rev = ?`)

  function lastRev(advance: Advance): Rev | undefined {
    switch (advance.stream) {
      case 'room':
        return room.one(advance.room)?.lastRev
      case 'user':
        return user.one(advance.user)?.lastRev
      case 'server':
        return server.one()?.lastRev
      default:
        return unreachable(advance)
    }
  }
  function moved(advance: Advance): number {
    switch (advance.stream) {
      case 'room':
        return moveRoom(advance.to, advance.lastSeq ?? null, advance.room)
      case 'user':
        return moveUser(advance.to, advance.user)
      case 'server':
        return moveServer(advance.to)
      default:
        return unreachable(advance)
    }
  }
  return {
    read: (advance) => lastRev(advance) ?? 0,
    move(advance) {
      if (moved(advance) === 0) throw new Refusal(`no ${advance.stream} to advance: its record was not put`)
    },
  }
}
