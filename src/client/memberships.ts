/**
 * My rooms: what the server told of them, moved on by what came since.
 *
 * The read cursor is merged, not replaced: a higher epoch wins (somebody set it back), within an epoch the higher seq. So
 * an answer that crossed a newer `read` on its way cannot make a badge come back.
 */

import type { Bump } from '../protocol/frames.ts'
import { type Rev, type RoomId, type Seq, type UserId, seq as seqOf } from '../protocol/ids.ts'
import { mentionsIn } from '../protocol/mentions.ts'
import type { MembershipRow, MessageRow, RoomSummary, SettingsRow } from '../protocol/rows.ts'
import type { RoomEntry } from './api.ts'
import { memo } from './memo.ts'

const mentionsMax = 99
/** What is remembered of a room that is not in the list yet: its row comes a moment later. */
const earlyMax = 50

export type ReadCursor = { readonly seq: Seq; readonly epoch: number }

export const laterOf = (a: ReadCursor, b: ReadCursor): ReadCursor => (isBehind(a, b) ? b : a)
export const isBehind = (a: ReadCursor, b: ReadCursor): boolean =>
  a.epoch === b.epoch ? a.seq < b.seq : a.epoch < b.epoch

type Held = {
  readonly row: MembershipRow
  /** The cursor that the server is known to have. */
  readonly told: ReadCursor
  /** All mentions behind this are known. The cursor may have been set back, by me or another page, to before it. */
  readonly mentionsFrom: Seq
  /** Messages of mine behind the cursor: they are not unread. */
  readonly mine: readonly Seq[]
  readonly entry: RoomEntry
}

export type Memberships = {
  readonly entries: () => readonly RoomEntry[]
  readonly isMember: (room: RoomId) => boolean
  readonly cursor: (room: RoomId) => { readonly mine: ReadCursor; readonly told: ReadCursor } | null
  /** Rooms in which my cursor is ahead of the server's. */
  readonly ahead: () => readonly RoomId[]
  readonly apply: (row: MembershipRow) => void
  /** The whole list: what is not in it is gone. */
  readonly keepOnly: (rooms: ReadonlySet<RoomId>, at: Rev) => void
  readonly bump: (bump: Bump) => void
  readonly sawMessage: (room: RoomId, row: MessageRow) => void
  readonly sawHead: (room: RoomId, head: { readonly seq: Seq; readonly rev: Rev }) => void
  readonly sawSettings: (room: RoomId, settings: SettingsRow) => void
  /** `told`: by the server. Otherwise it is my wish. */
  readonly setCursor: (room: RoomId, cursor: ReadCursor, from: 'me' | 'server') => void
  /** Takes the server's: it refused mine. */
  readonly revertCursor: (room: RoomId) => void
  readonly clear: () => void
}

export function openMemberships(deps: { readonly me: () => UserId | null; readonly changed: () => void }): Memberships {
  const held = new Map<RoomId, Held>()
  const early = new Map<RoomId, readonly { readonly at: Rev; readonly work: (of: Held) => Omit<Held, 'entry'> }[]>()
  const entries = memo(() => [...held.values()].filter(({ row }) => row.isMember).map(({ entry }) => entry))

  const put = (next: Omit<Held, 'entry'>): void => {
    const { row } = next
    const mentionsFrom = next.mentionsFrom > row.readSeq ? next.mentionsFrom : row.readSeq
    const mine = next.mine.filter((seq) => seq > row.readSeq && seq <= row.room.lastSeq)
    const mentions = row.mentions.filter((seq) => seq > row.readSeq).slice(-mentionsMax)
    const membership = { ...row, mentions }
    const unread = Math.max(0, row.room.lastSeq - row.readSeq - mine.length)
    held.set(row.room.id, {
      row: membership,
      told: next.told,
      mentionsFrom,
      mine,
      entry: { membership, unread, mentions: mentions.length },
    })
    entries.stale()
    deps.changed()
  }

  const change = (room: RoomId, work: (of: Held) => Omit<Held, 'entry'> | null): void => {
    const of = held.get(room)
    const next = of === undefined ? null : work(of)
    if (next !== null) put(next)
  }

  /** Of a room that the list does not have yet: the row that brings it may be older, and is moved on by it then. */
  const learn = (room: RoomId, at: Rev, work: (of: Held) => Omit<Held, 'entry'>): void => {
    if (held.has(room)) return change(room, work)
    early.set(room, [...(early.get(room) ?? []), { at, work }].slice(-earlyMax))
  }

  const moved = (of: Held, cursor: ReadCursor): Omit<Held, 'entry'> => ({
    ...of,
    row: { ...of.row, readSeq: cursor.seq, readEpoch: cursor.epoch },
  })

  /** A message that is news: the head moves, it may mention me, and one of mine may move my cursor. */
  const seen = (
    of: Held,
    news: Pick<MessageRow, 'seq' | 'rev'> & { author: UserId | null; mentionsMe: boolean },
  ): Held => {
    const { row } = of
    const isMine = news.author !== null && news.author === deps.me()
    const others = row.mentions.filter((seq) => seq !== news.seq)
    const mentions = news.mentionsMe && !isMine ? [...others, news.seq].toSorted((a, b) => a - b) : others
    // As the server does: who writes has read, when nothing was unread before.
    const isNew = news.seq > row.room.lastSeq
    const readSeq = isMine && isNew && news.seq === row.readSeq + 1 ? news.seq : row.readSeq
    const mine = isMine && !of.mine.includes(news.seq) ? [...of.mine, news.seq] : of.mine
    const room = headOf(row.room, news)
    return { ...of, mine, row: { ...row, readSeq, mentions, room } }
  }

  return {
    entries: entries.get,
    isMember: (room) => held.get(room)?.row.isMember === true,
    cursor(room) {
      const of = held.get(room)
      return of === undefined ? null : { mine: cursorOf(of.row), told: of.told }
    },
    ahead: () =>
      [...held].filter(([, { row, told }]) => row.isMember && isBehind(told, cursorOf(row))).map(([room]) => room),
    apply(row) {
      const of = held.get(row.room.id)
      if (of === undefined) {
        const waiting = early.get(row.room.id) ?? []
        early.delete(row.room.id)
        put({ row, told: cursorOf(row), mentionsFrom: row.readSeq, mine: [] })
        for (const { at, work } of waiting) if (at > row.room.lastRev) change(row.room.id, work)
        return
      }
      // Back again: the cursor starts anew, but a bump may have told more of the room than this row.
      if (row.isMember && !of.row.isMember && row.rev > of.row.rev) {
        return put({ row: merged(of, row), told: cursorOf(row), mentionsFrom: row.readSeq, mine: [] })
      }
      const at = laterOf(of.told, cursorOf(row))
      if (row.rev < of.row.rev) {
        return put({ ...of, told: at, row: { ...of.row, room: headOf(of.row.room, headIn(row)) } })
      }
      const next = { ...of, row: merged(of, row), mentionsFrom: row.readSeq }
      put({ ...moved(next, laterOf(cursorOf(of.row), at)), told: at })
    },
    keepOnly(rooms, at) {
      early.clear()
      for (const [room, of] of held) {
        if (!rooms.has(room) && of.row.isMember) put({ ...of, row: { ...of.row, isMember: false, rev: at } })
      }
    },
    bump({ room, lastSeq, lastRev, author, mentions, unmentions = [], settings }) {
      learn(room, lastRev, (of) => {
        const news = { seq: lastSeq, rev: lastRev, author, mentionsMe: mentions.includes(lastSeq) }
        // A bump may tell of what was seen, then only its numbers count.
        const { row, ...rest } = lastSeq > of.row.room.lastSeq ? seen(of, news) : of
        const all = new Set([...row.mentions.filter((seq) => !unmentions.includes(seq)), ...mentions])
        const summary = named(headOf(row.room, news), settings)
        return { ...rest, row: { ...row, mentions: [...all].toSorted((a, b) => a - b), room: summary } }
      })
    },
    sawMessage(room, row) {
      learn(room, row.rev, (of) => {
        const me = deps.me()
        const mentionsMe = me !== null && row.body !== null && mentionsIn(row.body).includes(me)
        return seen(of, { ...row, mentionsMe })
      })
    },
    sawHead(room, head) {
      learn(room, head.rev, (of) => ({ ...of, row: { ...of.row, room: headOf(of.row.room, head) } }))
    },
    sawSettings(room, settings) {
      // With their rev: a row of the list that was read before must not bring the old ones back.
      learn(room, settings.rev, (of) => {
        const head = { seq: of.row.room.lastSeq, rev: settings.rev }
        return { ...of, row: { ...of.row, room: named(headOf(of.row.room, head), settings) } }
      })
    },
    setCursor(room, cursor, from) {
      change(room, (of) => {
        const told = from === 'server' ? laterOf(of.told, cursor) : of.told
        return { ...moved(of, laterOf(cursorOf(of.row), cursor)), told }
      })
    },
    revertCursor(room) {
      change(room, (of) => moved(of, of.told))
    },
    clear() {
      held.clear()
      early.clear()
      entries.stale()
      deps.changed()
    },
  }
}

const cursorOf = ({ readSeq, readEpoch }: MembershipRow): ReadCursor => ({ seq: readSeq, epoch: readEpoch })

const headIn = ({ room }: MembershipRow): { seq: Seq; rev: Rev } => ({ seq: room.lastSeq, rev: room.lastRev })

/** Heads only grow: a summary may have been read before what is known here. */
function headOf(room: RoomSummary, head: { readonly seq: Seq; readonly rev: Rev }): RoomSummary {
  if (head.seq <= room.lastSeq && head.rev <= room.lastRev) return room
  return {
    ...room,
    lastSeq: seqOf(Math.max(room.lastSeq, head.seq)),
    lastRev: head.rev > room.lastRev ? head.rev : room.lastRev,
  }
}

function named(room: RoomSummary, settings: SettingsRow | undefined): RoomSummary {
  if (settings === undefined) return room
  return { ...room, name: settings.name, topic: settings.topic, visibility: settings.visibility }
}

/**
 * The server's newer row. What it says of the room was read at the room's rev of that moment, which may be before what is
 * known here: then names are newer here, and so are mentions, as far as they are known.
 */
function merged(of: Pick<Held, 'row' | 'mentionsFrom'>, told: MembershipRow): MembershipRow {
  const held = of.row
  if (told.room.lastRev >= held.room.lastRev) {
    const later = held.mentions.filter((seq) => seq > told.room.lastSeq)
    return { ...told, mentions: [...told.mentions, ...later], room: headOf(told.room, headIn(held)) }
  }
  const before = told.mentions.filter((seq) => seq <= of.mentionsFrom)
  const mentions = [...new Set([...before, ...held.mentions])].toSorted((a, b) => a - b)
  return { ...told, mentions, room: headOf(held.room, headIn(told)) }
}
