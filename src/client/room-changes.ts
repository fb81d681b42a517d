/**
 * My edits, deletions and reactions of one room that show before they are answered. A refused one is taken back. An
 * answered one shows until its row is applied: in between the old text would flash up.
 */

import type { Clock } from '../clock.ts'
import type { RoomCommand } from '../protocol/commands.ts'
import type { WireError } from '../protocol/errors.ts'
import { type Answer, type Lane, type LaneEntry, laneEntry } from './lane.ts'
import type { Adoption, Kept, SendsDeps } from './room-sends.ts'
import { openTimer } from './timer.ts'

export type Change = Extract<RoomCommand, { cmd: 'edit' | 'delete' | 'react' }>
export type ShownChange = { readonly command: Change; readonly isAnswered: boolean }

/** A row that did not come for so long after the answer was replaced by a newer one, or will come with a page. */
const rowMs = 5_000

export type ChangesDeps = Pick<SendsDeps, 'keep' | 'forget'> & { readonly clock: Clock; readonly lane: Lane }

export type ChangesHandlers = {
  /** These changes show, or do not any more. */
  readonly changed: (change: Change) => void
  /** Whether the message is on the screen without the change. */
  readonly awaits: (change: Change) => boolean
  readonly refused: (error: WireError) => void
}

export type RoomChanges = {
  /** Oldest first. */
  readonly shown: () => readonly ShownChange[]
  readonly change: (change: Change) => void
  /** A row of the message was applied: answered changes of it are over. */
  readonly rowApplied: (of: Pick<Change, 'seq'>) => void
  readonly adopt: (kept: Kept & { readonly command: Change }, how: Adoption) => void
  readonly clear: () => void
}

export function openRoomChanges(deps: ChangesDeps, handlers: ChangesHandlers): RoomChanges {
  const { lane } = deps
  const overdue = openTimer(deps.clock)
  let shown: readonly ShownChange[] = []

  const drop = (isOver: (each: ShownChange) => boolean): void => {
    const over = shown.filter(isOver)
    if (over.length === 0) return
    shown = shown.filter((each) => !over.includes(each))
    for (const { command } of over) handlers.changed(command)
  }

  const show = (command: Change, where: 'front' | 'back'): LaneEntry => {
    const each = { command, isAnswered: false }
    shown = where === 'front' ? [each, ...shown] : [...shown, each]
    const entry = laneEntry(command, (_, outcome) => done(command, outcome))
    lane.add(entry, where)
    handlers.changed(command)
    return entry
  }

  const done = (command: Change, outcome: Answer): void => {
    deps.forget(command.id)
    // Rows are state: of two changes of one thing the earlier may never have a row of its own.
    if ('ok' in outcome) drop((each) => each.isAnswered && isOfSame(each.command, command))
    if ('error' in outcome || !handlers.awaits(command)) {
      drop((each) => each.command === command)
      if ('error' in outcome) handlers.refused(outcome.error)
      return
    }
    shown = shown.map((each) => (each.command === command ? { command, isAnswered: true } : each))
    handlers.changed(command)
    overdue.set(rowMs, () => drop(({ isAnswered }) => isAnswered))
  }

  const keepAndPump = async (command: Change, entry: LaneEntry): Promise<void> => {
    await deps.keep({ id: command.id, command, writtenAtMs: deps.clock.nowMs(), failed: null })
    entry.isStored = true
    lane.pump()
  }

  return {
    shown: () => shown,
    change: (change) => void keepAndPump(change, show(change, 'back')),
    rowApplied({ seq }) {
      drop(({ command, isAnswered }) => isAnswered && command.seq === seq && !handlers.awaits(command))
    },
    adopt({ command }, { error, where }) {
      if (error !== null) return done(command, { error })
      const entry = show(command, where)
      entry.isStored = entry.wasSent = true
    },
    clear() {
      overdue.clear()
      drop(() => true)
    },
  }
}

/** An edit and a deletion change the same: the body. */
function isOfSame(a: Change, b: Change): boolean {
  if (a.seq !== b.seq) return false
  return a.cmd === 'react' ? b.cmd === 'react' && a.emoji === b.emoji : b.cmd !== 'react'
}
