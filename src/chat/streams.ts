/** Names of streams, as the hub and the layer know them, and what an announcement of a change says besides its bytes. */

import { type Rev, type RoomId, type Seq, type SessionId, type UserId, roomId, userId } from '../protocol/ids.ts'
import type { OwnRow, RoomRow, SettingsRow } from '../protocol/rows.ts'
import type { Mention } from './draft.ts'

export const roomStream = (room: RoomId): string => `room.${room}`
export const userStream = (user: UserId): string => `user.${user}`

export type StreamName = { readonly room: RoomId } | { readonly user: UserId }

/** Which room or person a stream belongs to. */
export function streamOf(stream: string): StreamName {
  return stream.startsWith('room.') ? { room: roomId(stream.slice(5)) } : { user: userId(stream.slice(5)) }
}

/** What gateways need to know of a room's change to tell those who do not follow the room. JSON, in the event's notes. */
export type RoomNotes = {
  readonly lastSeq: Seq | null
  readonly author: UserId | null
  readonly mentions: readonly Mention[]
  /** Messages that were edited or deleted: whom they do not mention now, they do not mention any more. */
  readonly changed: readonly Seq[]
  readonly settings: SettingsRow | null
  /** Who may not hear of it any more [G6]. */
  readonly removed: readonly UserId[]
}

export function roomNotes(rows: readonly RoomRow[], mentions: readonly Mention[]): RoomNotes {
  const changed = rows.flatMap((row) =>
    row.kind === 'message' && (row.editedAtMs !== null || row.body === null) ? [row.seq] : [],
  )
  let notes: RoomNotes = { lastSeq: null, author: null, mentions, changed, settings: null, removed: droppedBy(rows) }
  for (const row of rows) {
    // Also one that was edited or deleted: it may be news to somebody who has missed it when it was new.
    if (row.kind === 'message' && row.seq > (notes.lastSeq ?? 0)) {
      notes = { ...notes, lastSeq: row.seq, author: row.author }
    } else if (row.kind === 'settings') {
      notes = { ...notes, settings: row }
    }
  }
  return notes
}

/** The people who may not see what comes after this change of a room [G6]. */
export function droppedBy(rows: readonly RoomRow[]): readonly UserId[] {
  // The last row of each decides: who came back at once is still here.
  const members = new Map<UserId, boolean>()
  for (const row of rows) if (row.kind === 'member') members.set(row.user, row.isMember)
  return [...members].flatMap(([user, isMember]) => (isMember ? [] : [user]))
}

/** What gateways need to know of a change of what is a person's own. */
export type OwnNotes = {
  /** Each room once, as it is after the last row. */
  readonly memberships: readonly { readonly room: RoomId; readonly isMember: boolean; readonly lastRev: Rev }[]
  readonly endedSessions: readonly SessionId[]
  readonly isDeactivated: boolean
  /** Sessions or tokens may have ended without a row: check them. */
  readonly hasProfile: boolean
}

export function ownNotes(rows: readonly OwnRow[]): OwnNotes {
  const memberships = new Map<RoomId, { readonly isMember: boolean; readonly lastRev: Rev }>()
  for (const row of rows) {
    if (row.kind === 'membership') memberships.set(row.room.id, { isMember: row.isMember, lastRev: row.room.lastRev })
  }
  return {
    memberships: [...memberships].map(([room, membership]) => ({ room, ...membership })),
    endedSessions: rows.flatMap((row) => (row.kind === 'session' && row.isEnded ? [row.session] : [])),
    isDeactivated: rows.some((row) => row.kind === 'profile' && !row.user.isActive),
    hasProfile: rows.some((row) => row.kind === 'profile'),
  }
}
