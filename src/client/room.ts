/**
 * A room as its reader sees it: follows it through any number of reconnects, shows each message once and in order
 * [G2 G3], and notices what is missing [G4].
 */

import type { Clock } from '../clock.ts'
import type { ClientFrame, ServerFrame } from '../protocol/frames.ts'
import type { WireError } from '../protocol/errors.ts'
import {
  type CommandId,
  type Rev,
  type RoomId,
  type Seq,
  type UserId,
  rev as revOf,
  seq as seqOf,
} from '../protocol/ids.ts'
import type { Limits } from '../protocol/limits.ts'
import type { MessageRow, OwnRow, RoomRow, SettingsRow } from '../protocol/rows.ts'
import { unreachable } from '../unreachable.ts'
import type { Client, Room } from './api.ts'
import { openHistory } from './history.ts'
import type { Outbox } from './outbox.ts'
import { type Own, firstOf } from './own.ts'
import type { Change } from './room-changes.ts'
import { openRoomPeople } from './room-people.ts'
import { openStreamCursor } from './stream.ts'
import { type TimelineRow, openTimeline } from './timeline.ts'
import { openTimer } from './timer.ts'
import { openTopics } from './topics.ts'
import { command, trusted } from './wire.ts'

const typeEveryMs = 3_000
const followAgainMs = 1_000
const anySeq = seqOf(Number.MAX_SAFE_INTEGER)

export type RoomDeps = {
  readonly clock: Clock
  readonly newId: () => CommandId
  readonly send: (frame: ClientFrame) => boolean
  readonly query: Client['query']
  readonly limits: () => Limits
  readonly outbox: Outbox
  readonly own: Own
  /** The last `close`. */
  readonly closed: () => void
}

/** A frame of one room. */
export type RoomFrame = Extract<
  ServerFrame,
  { type: 'snapshot' | 'page' | 'rows' | 'unfollowed' | 'typing' | 'receipt' }
>

export type RoomHandle = {
  readonly room: Room
  readonly isOpen: () => boolean
  readonly receive: (frame: RoomFrame) => void
  readonly welcomed: () => void
  readonly lost: () => void
  readonly head: (rev: Rev) => void
  /** I am a member: what was refused may be followed now. */
  readonly joined: () => void
  /** Forgets what was loaded; the outbox stays. */
  readonly reset: () => void
  readonly dispose: () => void
}

type Topic = Parameters<Room['on']>[0]

export function openRoom(deps: RoomDeps, id: RoomId): RoomHandle {
  const { clock, own } = deps
  const topics = openTopics<Topic>()
  const { changed } = topics
  const me = (): UserId | null => own.me()?.id ?? null
  const cursor = openStreamCursor({ clock, ask: (rev) => void deps.send({ type: 'follow', room: id, rev }) })
  const again = openTimer(clock)
  const people = openRoomPeople(clock, changed)
  let opens = 0
  let settings: SettingsRow | null = null
  let error: WireError | null = null
  let typedAtMs = Number.NEGATIVE_INFINITY

  const outbox = deps.outbox.open(id, {
    sends: {
      changed: () => {
        endShown()
        changed('pending')
      },
      awaits: (seq) => {
        const { state } = window.shown()
        return opens > 0 && (state === 'loading' || (state === 'ready' && window.isAtTail() && seq > window.endSeq()))
      },
    },
    changes: {
      changed: ({ seq }) => touch(seq),
      awaits: (change) => opens > 0 && window.awaits(change),
      refused(refusal) {
        error = refusal
        changed('error')
      },
    },
  })
  const window = openTimeline({ changes: outbox.changes.shown, me })
  const touch = (seq: Seq): void => {
    window.touch(seq)
    changed('timeline')
  }
  const history = openHistory(
    { clock, query: deps.query, limits: deps.limits, window, isOpen: () => opens > 0, loaded: () => settle() },
    id,
  )

  /** What is in the window is not pending [G2], whichever came first and from wherever: rows, a page, the storage. */
  const endShown = (): void => {
    for (const { id: mine } of outbox.sends.pending()) if (window.hasMine(mine)) outbox.sends.seen(mine)
  }

  const settle = (): void => {
    endShown()
    outbox.sends.seenThrough(window.isAtTail() ? window.endSeq() : anySeq)
    changed('timeline')
  }

  const sawMessage = (row: MessageRow): void => {
    own.memberships.sawMessage(id, row)
    // One that waits for the messages before it is still pending; one outside the window will not show.
    const isWaiting = window.isAtTail() && row.seq > window.endSeq()
    if (row.author === me() && !isWaiting) outbox.sends.seen(row.id)
    people.stoppedTyping(row.author)
  }

  const apply = (rows: readonly (RoomRow | OwnRow)[]): void => {
    const shown: TimelineRow[] = []
    for (const row of rows) {
      if (row.kind === 'member') people.memberChanged(row)
      else if (row.kind === 'settings') setSettings(row)
      else if (row.kind === 'message' || row.kind === 'reaction') shown.push(row)
    }
    window.apply(shown)
    for (const row of shown) {
      if (row.kind === 'message') sawMessage(row)
      outbox.changes.rowApplied(row)
    }
    settle()
  }

  const setSettings = (row: SettingsRow): void => {
    if (row.rev <= (settings?.rev ?? 0)) return
    settings = row
    own.memberships.sawSettings(id, row)
    changed('settings')
  }

  /** Nothing is known: the server answers with a snapshot. */
  const startAnew = (): void => {
    cursor.reset(revOf(0))
    if (opens > 0) cursor.follow()
  }

  const refused = (refusal: WireError): void => {
    if (refusal.temporary) return again.set(refusal.retryAfterMs ?? followAgainMs, () => opens > 0 && cursor.follow())
    forget({ refused: refusal })
    // It may be older than what the list says: an answer that was long on its way while we were let in.
    if (own.memberships.isMember(id)) again.set(followAgainMs, joined)
    // No row will come any more: what the server has of mine is not pending.
    outbox.sends.seenThrough(anySeq)
    history.ready()
  }

  /** What was refused may be followed now. */
  const joined = (): void => {
    const { state } = window.shown()
    if (opens === 0 || state === 'loading' || state === 'ready' || !own.memberships.isMember(id)) return
    forget('loading')
    cursor.follow()
  }

  const forget = (state: 'loading' | { readonly refused: WireError }): void => {
    window.reset(state)
    cursor.reset(revOf(0))
    settings = null
    people.reset()
    changed('settings')
    settle()
  }

  /** Closed while they were on their way: the server has told them and will not again, so the list takes them in. */
  const overheard = (rows: readonly (RoomRow | OwnRow)[]): void => {
    for (const row of rows) {
      if (row.kind === 'message') own.memberships.sawMessage(id, row)
      else if (row.kind === 'settings') own.memberships.sawSettings(id, row)
    }
  }

  const receive = (frame: RoomFrame): void => {
    if (opens === 0) {
      if (frame.type === 'snapshot') return overheard([...frame.messages, frame.settings])
      return 'rows' in frame ? overheard(frame.rows) : undefined
    }
    switch (frame.type) {
      case 'snapshot':
        window.snapshot(frame)
        cursor.reset(frame.rev)
        people.snapshot(frame)
        settings = null
        setSettings(frame.settings)
        // The list was read before this: what is new since then is told by nobody else.
        for (const row of frame.messages) own.memberships.sawMessage(id, row)
        own.memberships.sawHead(id, { seq: frame.lastSeq, rev: frame.rev })
        settle()
        return history.ready()
      case 'page':
        if (window.shown().state !== 'ready') return
        apply(frame.rows)
        cursor.page(frame)
        // All changes are here and a message is not: nothing but a fresh start can be right.
        if (frame.isLast && !window.isWhole(cursor.rev())) startAnew()
        return
      case 'rows':
        // Before the snapshot there is nothing that these could be changes of.
        if (window.shown().state !== 'ready') return
        apply(frame.rows)
        cursor.live({ from: firstOf(frame.rows, frame.rev), through: frame.rev })
        return
      case 'unfollowed':
        return refused(frame.error)
      case 'typing':
        if (frame.user !== me()) people.isTyping(frame.user)
        return
      case 'receipt':
        if (frame.user !== me()) people.hasRead(frame.user, frame.seq)
        return
      default:
        return unreachable(frame)
    }
  }

  const change = (asked: Change): void => outbox.changes.change(asked)

  const room: Room = {
    id,
    open() {
      if (++opens === 1) cursor.follow()
    },
    close() {
      if (opens === 0 || --opens > 0) return
      again.clear()
      cursor.lost()
      deps.send({ type: 'unfollow', room: id })
      if (!window.isAtTail()) forget('loading')
      people.stoppedTyping('all')
      outbox.sends.seenThrough(anySeq)
      history.ready()
      deps.closed()
    },
    settings: () => settings,
    members: people.members,
    memberCount: people.memberCount,
    timeline: window.shown,
    pending: outbox.sends.pending,
    typing: people.typing,
    receipts: people.receipts,
    loadOlder: history.older,
    loadNewer: history.newer,
    loadAround: history.around,
    loadTail: history.tail,
    send: async (body, options) => outbox.sends.send(body, options?.replyTo ?? null),
    edit: (seq, body) => change(command(deps.newId(), 'edit', { room: id, seq, body: body.normalize('NFC') })),
    delete: (seq) => change(command(deps.newId(), 'delete', { room: id, seq })),
    react: (seq, emoji, isOn) => change(command(deps.newId(), 'react', { room: id, seq, emoji, isOn })),
    do: async (cmd, input) => outbox.do(cmd, trusted({ ...input, room: id })),
    retry: outbox.sends.retry,
    discard: outbox.sends.discard,
    read: (seq) => own.read(id, seq),
    unread: async (seq) => own.unread(id, seq),
    type() {
      if (clock.monotonicMs() - typedAtMs < typeEveryMs) return
      if (deps.send({ type: 'typing', room: id })) typedAtMs = clock.monotonicMs()
    },
    on: topics.on,
    error: () => error,
    clearError() {
      error = null
      changed('error')
    },
  }

  return {
    room,
    isOpen: () => opens > 0,
    receive,
    welcomed() {
      if (opens > 0) cursor.follow()
    },
    lost() {
      cursor.lost()
      people.stoppedTyping('all')
    },
    head: (rev) => opens > 0 && window.shown().state === 'ready' && cursor.head(rev),
    joined,
    reset() {
      forget('loading')
    },
    dispose() {
      again.clear()
      people.stoppedTyping('all')
    },
  }
}
