/**
 * The loaded window of a room's messages: dense, in the room's order [G3], each once [G2].
 *
 * Rows come in the order of their revs, which is not that of their seqs: in a page of changes an old message that was
 * edited last comes last. So a new message waits until the ones before it are here. What comes while a page of history is
 * on its way is kept aside and applied to it: the page may have been read before it.
 */

import type { WireError } from '../protocol/errors.ts'
import type { Snapshot } from '../protocol/frames.ts'
import type { HistoryPage } from '../protocol/queries.ts'
import { type CommandId, type Rev, type Seq, type UserId, seq as seqOf } from '../protocol/ids.ts'
import type { MessageRow, ReactionRow } from '../protocol/rows.ts'
import type { ShownMessage, Timeline } from './api.ts'
import { memo } from './memo.ts'
import type { Change, ShownChange } from './room-changes.ts'
import { showMessage } from './shown-message.ts'

/** So many are held; more would be lost on the screen and heavy in memory. */
const heldMax = 2_000

export type TimelineRow = MessageRow | ReactionRow

export type MessageWindow = {
  readonly shown: () => Timeline
  /** The message is in the window, and is not what the change makes of it. */
  readonly awaits: (change: Change) => boolean
  /** A message of mine with this id is in the window. */
  readonly hasMine: (id: CommandId) => boolean
  readonly firstSeq: () => Seq
  readonly endSeq: () => Seq
  readonly isAtTail: () => boolean
  /** Changes with each new window: a page asked for an older one is of no use. */
  readonly generation: () => number
  readonly reset: (state: 'loading' | { readonly refused: WireError }) => void
  readonly snapshot: (snapshot: Snapshot) => void
  readonly apply: (rows: readonly TimelineRow[]) => void
  /** False: a message is missing before one that is held, though all changes up to `at` are here. */
  readonly isWhole: (at: Rev) => boolean
  /** Keeps aside what comes, until `loaded` or `notLoaded`. */
  readonly loading: () => void
  readonly loaded: (page: HistoryPage, how: 'older' | 'newer' | 'window') => void
  readonly notLoaded: () => void
  /** My changes of this message are others now. */
  readonly touch: (seq: Seq) => void
}

export function openTimeline(deps: {
  readonly changes: () => readonly ShownChange[]
  readonly me: () => UserId | null
}): MessageWindow {
  let rows: MessageRow[] = []
  /** Where the window ends when it is empty. */
  let emptyAt = seqOf(0)
  let lastSeq: Seq | null = null
  let isAtTail = true
  let state: Timeline['state'] = 'loading'
  let generation = 0
  let aside: TimelineRow[] | null = null
  const ahead = new Map<Seq, MessageRow>()
  const reactions = new Map<Seq, Map<string, ReactionRow>>()
  const drawn = new Map<Seq, ShownMessage>()
  const mine = new Set<CommandId>()

  const first = (): Seq => rows[0]?.seq ?? seqOf(emptyAt + 1)
  const end = (): Seq => rows.at(-1)?.seq ?? emptyAt
  const covers = (seq: Seq): boolean => seq >= first() && (isAtTail || seq <= end())

  const draw = (row: MessageRow): ShownMessage => {
    const held = drawn.get(row.seq)
    if (held !== undefined) return held
    const changes = deps.changes().filter(({ command }) => command.seq === row.seq)
    const shown = showMessage(row, { reactions: reactions.get(row.seq), changes, me: deps.me() })
    drawn.set(row.seq, shown)
    return shown
  }
  const shown = memo<Timeline>(() => ({
    messages: rows.map(draw),
    hasOlder: rows.length > 0 && first() > 1,
    isAtTail,
    lastSeq,
    state,
  }))
  const touch = (seq: Seq): void => {
    drawn.delete(seq)
    shown.stale()
  }

  const applyMessage = (row: MessageRow): void => {
    if (row.seq > (lastSeq ?? 0)) lastSeq = row.seq
    shown.stale()
    if (!covers(row.seq)) return
    if (row.seq > end()) {
      if (row.rev > (ahead.get(row.seq)?.rev ?? 0)) ahead.set(row.seq, row)
      return
    }
    const index = row.seq - first()
    if (row.rev <= (rows[index]?.rev ?? 0)) return
    rows[index] = row
    touch(row.seq)
  }

  const applyReaction = (row: ReactionRow): void => {
    if (!covers(row.seq)) return
    const key = `${row.user} ${row.emoji}`
    const held = reactions.get(row.seq) ?? new Map<string, ReactionRow>()
    if (row.rev <= (held.get(key)?.rev ?? 0)) return
    reactions.set(row.seq, held.set(key, row))
    touch(row.seq)
  }

  const apply = (added: readonly TimelineRow[]): void => {
    if (state !== 'ready') return
    aside?.push(...added)
    for (const row of added) {
      if (row.kind === 'message') applyMessage(row)
      else applyReaction(row)
    }
    for (let next = ahead.get(seqOf(end() + 1)); next !== undefined; next = ahead.get(seqOf(end() + 1))) {
      ahead.delete(next.seq)
      rows.push(next)
      note([next])
    }
    cut('older')
  }

  const note = (added: readonly MessageRow[]): void => {
    for (const { id, author } of added) if (author === deps.me()) mine.add(id)
  }

  /** Lets go of what is too much, at one side. */
  const cut = (side: 'older' | 'newer'): void => {
    const excess = rows.length - heldMax
    if (excess <= 0) return
    const gone = side === 'older' ? rows.splice(0, excess + heldMax / 10) : rows.splice(-excess)
    for (const { seq } of gone) forget(seq)
    if (side === 'newer') leaveTail()
  }
  const forget = (seq: Seq): void => {
    drawn.delete(seq)
    reactions.delete(seq)
  }
  const leaveTail = (): void => {
    isAtTail = false
    for (const seq of reactions.keys()) if (seq > end()) forget(seq)
    ahead.clear()
  }

  const clear = (next: Timeline['state']): void => {
    rows = []
    emptyAt = seqOf(0)
    isAtTail = true
    state = next
    generation++
    aside = null
    ahead.clear()
    reactions.clear()
    drawn.clear()
    mine.clear()
    shown.stale()
  }

  const loaded = (page: HistoryPage, how: 'older' | 'newer' | 'window'): void => {
    const meanwhile = aside ?? []
    const known = lastSeq ?? 0
    if (how === 'window') clear('ready')
    aside = null
    // The window may have lost its end, or grown, while the page was on its way.
    const messages = how === 'older' ? page.messages.filter(({ seq }) => seq < first()) : page.messages
    if (how !== 'older') rows.push(...messages.filter(({ seq }) => rows.length === 0 || seq > end()))
    else if (rows.length === 0 || messages.at(-1)?.seq === first() - 1) rows = [...messages, ...rows]
    note(messages)
    if (rows.length === 0) emptyAt = page.lastSeq
    lastSeq = seqOf(Math.max(known, page.lastSeq))
    if (how !== 'older') isAtTail = end() >= page.lastSeq
    apply(page.reactions)
    apply(meanwhile)
    cut(how === 'older' ? 'newer' : 'older')
    shown.stale()
  }

  return {
    shown: shown.get,
    hasMine: (id) => mine.has(id),
    awaits(change) {
      const row = rows[change.seq - first()]
      if (row === undefined) return false
      if (change.cmd !== 'react') return row.body !== (change.cmd === 'edit' ? change.body : null)
      const held = reactions.get(change.seq)?.get(`${deps.me()} ${change.emoji}`)
      return (held?.isOn ?? false) !== change.isOn
    },
    firstSeq: first,
    endSeq: end,
    isAtTail: () => isAtTail,
    generation: () => generation,
    reset(next) {
      clear(next)
      lastSeq = null
    },
    snapshot(snapshot) {
      clear('ready')
      rows = [...snapshot.messages]
      note(rows)
      emptyAt = lastSeq = snapshot.lastSeq
      apply(snapshot.reactions)
    },
    apply,
    isWhole: (at) => ![...ahead.values()].some(({ rev }) => rev <= at),
    loading() {
      aside = []
    },
    loaded,
    notLoaded() {
      aside = null
    },
    touch,
  }
}
