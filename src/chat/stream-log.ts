/** The logs of rooms and people, as the hub reads them when it has missed an announcement [G4]. */

import { encodeFrame } from '../protocol/codec.ts'
import { rev } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { mentionsIn } from '../protocol/mentions.ts'
import type { RoomRow } from '../protocol/rows.ts'
import type { LogPage, StreamLog } from '../realtime/hub.ts'
import type { Store } from '../store/store.ts'
import type { Mention } from './draft.ts'
import { droppedBy, ownNotes, roomNotes, streamOf } from './streams.ts'

export function streamLog(store: Store): StreamLog {
  return {
    async heads(streams) {
      const names = streams.map(streamOf)
      const { rooms, users } = await store.heads({
        rooms: names.flatMap((name) => ('room' in name ? [name.room] : [])),
        users: names.flatMap((name) => ('user' in name ? [name.user] : [])),
        sessions: [],
        nowMs: 0,
      })
      const heads = { rooms: rooms.values(), users: users.values() }
      return names.map((name) =>
        'room' in name ? heads.rooms.next().value?.lastRev || null : heads.users.next().value || null,
      )
    },
    async read(stream, after): Promise<LogPage | { readonly is: 'too_far' }> {
      const name = streamOf(stream)
      const limit = limits.changesPageMax
      if ('user' in name) {
        const { rows, through, isLast } = await store.ownChanges({ user: name.user, after: rev(after), limit })
        const text = encodeFrame({ type: 'page', room: null, rows, through, isLast })
        return { is: 'page', text, through, isLast, drop: [], notes: JSON.stringify(ownNotes(rows)) }
      }
      const tooFarRows = limits.catchUpRowsMax
      const page = await store.changes({ room: name.room, viewer: null, after: rev(after), limit, tooFarRows })
      if (page.is === 'denied' || page.isTooFar) return { is: 'too_far' }
      const { rows, through, isLast } = page
      const text = encodeFrame({ type: 'page', room: name.room, rows, through, isLast })
      const notes = JSON.stringify(roomNotes(rows, mentionsOf(rows)))
      return { is: 'page', text, through, isLast, drop: droppedBy(rows), notes }
    },
  }
}

/** Whom messages mention, by their bodies: only members are told of it, and only they are looked for. */
function mentionsOf(rows: readonly RoomRow[]): readonly Mention[] {
  return rows.flatMap((row) => {
    if (row.kind !== 'message' || row.body === null) return []
    const users = mentionsIn(row.body).filter((user) => user !== row.author)
    return users.length === 0 ? [] : [{ seq: row.seq, users }]
  })
}
