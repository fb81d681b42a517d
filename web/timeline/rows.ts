/** A room's messages as the rows of its timeline: grouped by author, parted by days and by what is new. */

import type { Pending, ShownMessage } from '../../src/client/api.ts'
import type { Seq, UserId } from '../../src/protocol/ids.ts'
import { dayNumber } from '../app/times.ts'

/** Messages of one author closer than this share one head. */
export const groupMs = 5 * 60_000

export type TimelineRow =
  | { readonly is: 'day'; readonly key: string; readonly atMs: number }
  | { readonly is: 'new'; readonly key: string }
  | { readonly is: 'message'; readonly key: string; readonly message: ShownMessage; readonly isGrouped: boolean }
  | { readonly is: 'pending'; readonly key: string; readonly pending: Pending; readonly isGrouped: boolean }

type Written = { readonly author: UserId | null; readonly atMs: number }

/** `readSeq`: the last one that had been read when the room was opened; null: nothing was new. */
export function buildRows({
  messages,
  pending,
  me,
  readSeq,
}: {
  readonly messages: readonly ShownMessage[]
  readonly pending: readonly Pending[]
  readonly me: UserId | null
  readonly readSeq: Seq | null
}): readonly TimelineRow[] {
  const rows: TimelineRow[] = []
  const sent = new Set<string>()
  let before: Written | null = null
  let isNewShown = false
  const startDay = (now: Written) => {
    if (before !== null && dayNumber(before.atMs) === dayNumber(now.atMs)) return
    rows.push({ is: 'day', key: `day:${dayNumber(now.atMs)}`, atMs: now.atMs })
    before = null
  }
  for (const message of messages) {
    const now: Written = { author: message.author, atMs: message.sentAtMs }
    if (message.author === me) sent.add(message.id)
    startDay(now)
    if (!isNewShown && readSeq !== null && message.seq > readSeq && message.author !== me) {
      rows.push({ is: 'new', key: 'new' })
      isNewShown = true
      before = null
    }
    const isGrouped = message.replyTo === null && continues(before, now)
    // Two authors may have chosen the same id: it is unique only with its author.
    rows.push({ is: 'message', key: `${message.author}:${message.id}`, message, isGrouped })
    before = now
  }
  for (const each of pending) {
    // The message may come before the answer to it: for a moment it is both.
    if (sent.has(each.id)) continue
    const now: Written = { author: me, atMs: each.writtenAtMs }
    startDay(now)
    const isGrouped = each.replyTo === null && continues(before, now)
    rows.push({ is: 'pending', key: `${me}:${each.id}`, pending: each, isGrouped })
    before = now
  }
  return rows
}

function continues(before: Written | null, now: Written): boolean {
  return before !== null && before.author === now.author && Math.abs(now.atMs - before.atMs) < groupMs
}
