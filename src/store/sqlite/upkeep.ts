/** Writes that no rev counts. */

import type { DatabaseSync } from 'node:sqlite'
import type { Handlers } from './calls.ts'
import { change } from './statements.ts'

export function upkeep(db: DatabaseSync): Handlers<'seen' | 'forgetOutcomes'> {
  const see = change(db, `update sessions set seen_at_ms = ? where session_id = ? and seen_at_ms < ?`)
  const forget = change(
    db,
    `delete from outcomes where (author, id) in
       (select author, id from outcomes where is_for_ever = 0 and at_ms < ? order by at_ms limit ?)`,
  )
  return {
    seen({ sessions, atMs }) {
      for (const session of sessions) see(atMs, session, atMs)
    },
    forgetOutcomes: ({ beforeMs, limit }) => forget(beforeMs, limit),
  }
}
