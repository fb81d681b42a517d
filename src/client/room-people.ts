/** The people of one room: its members, who is writing, and how far others have read. */

import type { Clock } from '../clock.ts'
import type { Snapshot } from '../protocol/frames.ts'
import type { Rev, Seq, UserId } from '../protocol/ids.ts'
import type { MemberRow } from '../protocol/rows.ts'
import { memo } from './memo.ts'
import { openTimer } from './timer.ts'

/** Writers say so again every 3 s; one that was not heard for so long has stopped. */
const typingMs = 5_000

export type RoomPeople = {
  readonly members: () => readonly MemberRow[]
  readonly memberCount: () => number
  readonly typing: () => readonly UserId[]
  readonly receipts: () => ReadonlyMap<UserId, Seq>
  readonly snapshot: (snapshot: Snapshot) => void
  readonly memberChanged: (row: MemberRow) => void
  readonly isTyping: (user: UserId) => void
  /** They have sent what they were writing, or we cannot hear them any more. */
  readonly stoppedTyping: (user: UserId | 'all') => void
  readonly hasRead: (user: UserId, seq: Seq) => void
  readonly reset: () => void
}

export function openRoomPeople(clock: Clock, changed: (topic: 'members' | 'typing' | 'receipts') => void): RoomPeople {
  const rows = new Map<UserId, MemberRow>()
  const writers = new Map<UserId, { readonly untilMs: number }>()
  const sweep = openTimer(clock)
  let snapshotRev: Rev | null = null
  let count = 0
  /** The snapshot named all members. */
  let isWhole = false
  let receipts: ReadonlyMap<UserId, Seq> = new Map()
  const members = memo(() => [...rows.values()].filter(({ isMember }) => isMember))
  const typing = memo(() => [...writers.keys()])

  const typingChanged = (): void => {
    typing.stale()
    changed('typing')
    const firstMs = Math.min(...[...writers.values()].map(({ untilMs }) => untilMs))
    if (writers.size === 0) sweep.clear()
    else sweep.set(firstMs - clock.monotonicMs(), forgetIdle)
  }
  const forgetIdle = (): void => {
    for (const [user, { untilMs }] of writers) if (untilMs <= clock.monotonicMs()) writers.delete(user)
    typingChanged()
  }

  const stoppedTyping = (user: UserId | 'all'): void => {
    const wasTyping = user === 'all' ? writers.size > 0 : writers.has(user)
    if (user === 'all') writers.clear()
    else writers.delete(user)
    if (wasTyping) typingChanged()
  }

  const membersChanged = (): void => {
    members.stale()
    changed('members')
  }

  return {
    members: members.get,
    memberCount: () => count,
    typing: typing.get,
    receipts: () => receipts,
    snapshot(snapshot) {
      rows.clear()
      for (const row of snapshot.members) rows.set(row.user, row)
      count = snapshot.memberCount
      isWhole = snapshot.members.length === snapshot.memberCount
      snapshotRev = snapshot.rev
      membersChanged()
    },
    memberChanged(row) {
      const held = rows.get(row.user)
      if (row.rev <= (held?.rev ?? snapshotRev ?? 0)) return
      rows.set(row.user, row)
      // Of those beyond the snapshot's first members only the change is known, not what was before: a change is a coming
      // or a going. Where all were named, who was not named was not there: they may have come and gone unseen.
      const was = held?.isMember ?? (isWhole ? false : !row.isMember)
      if (row.isMember !== was) count += row.isMember ? 1 : -1
      membersChanged()
    },
    isTyping(user) {
      const wasTyping = writers.has(user)
      writers.set(user, { untilMs: clock.monotonicMs() + typingMs })
      if (!wasTyping) typingChanged()
    },
    stoppedTyping,
    hasRead(user, seq) {
      if (seq <= (receipts.get(user) ?? 0)) return
      receipts = new Map(receipts).set(user, seq)
      changed('receipts')
    },
    reset() {
      rows.clear()
      count = 0
      snapshotRev = null
      receipts = new Map()
      stoppedTyping('all')
      membersChanged()
    },
  }
}
