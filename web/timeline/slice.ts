/**
 * The part of the loaded messages that is drawn: at most `drawnMax`, so that a long session stays quick. It follows the
 * end while somebody reads there, and moves by steps, dropping what is far away, as they scroll.
 */

import type { Seq } from '../../src/protocol/ids.ts'

/** Null: as far as there are loaded ones. */
export type Slice = { readonly first: Seq | null; readonly last: Seq | null }

/** Indices into the loaded messages: from, and up to but not including. */
export type Range = { readonly from: number; readonly to: number }

type Messages = readonly { readonly seq: Seq }[]

export const drawnMax = 300
const step = 100

export const wholeSlice: Slice = { first: null, last: null }

/** `isAtEnd`: the end is being read, so what is too much goes at the beginning; otherwise at the end. */
export function rangeOf(messages: Messages, { slice: wanted, isAtEnd }: { slice: Slice; isAtEnd: boolean }): Range {
  const slice = isElsewhere(messages, wanted) ? wholeSlice : wanted
  const to = slice.last === null ? messages.length : indexOf(messages, slice.last) + 1
  const from = slice.first === null ? Math.max(0, to - drawnMax) : Math.min(indexOf(messages, slice.first), to)
  if (to - from <= drawnMax) return { from, to }
  return isAtEnd ? { from: to - drawnMax, to } : { from, to: from + drawnMax }
}

/** One step towards older ones; null: all that is loaded is drawn. */
export function stepUp(messages: Messages, { from, to }: Range): Slice | null {
  return from === 0 ? null : sliceOf(messages, { from: Math.max(0, from - step), to })
}

/** One step towards newer ones; null: all that is loaded is drawn. */
export function stepDown(messages: Messages, { from, to }: Range): Slice | null {
  const next = Math.min(messages.length, to + step)
  return to === messages.length ? null : sliceOf(messages, { from: Math.max(from, next - drawnMax), to: next })
}

/** The surroundings of a message; null: it is not loaded. */
export function sliceAround(messages: Messages, seq: Seq): Slice | null {
  const at = seq - (messages[0]?.seq ?? 0)
  if (messages[at]?.seq !== seq) return null
  return sliceOf(messages, { from: Math.max(0, at - step), to: Math.min(messages.length, at + step) })
}

export function sliceOf(messages: Messages, { from, to }: Range): Slice {
  const end = Math.min(to, from + drawnMax)
  return {
    first: messages[from]?.seq ?? null,
    last: end === messages.length ? null : (messages[end - 1]?.seq ?? null),
  }
}

/** Other messages were loaded since it was chosen. */
function isElsewhere(messages: Messages, { first, last }: Slice): boolean {
  const [oldest, newest] = [messages[0]?.seq ?? 0, messages.at(-1)?.seq ?? 0]
  return (last !== null && last < oldest) || (first !== null && first > newest)
}

/** The loaded ones are dense. What is not loaded any more is at the nearest end. */
function indexOf(messages: Messages, seq: Seq): number {
  return Math.min(Math.max(0, seq - (messages[0]?.seq ?? 0)), Math.max(0, messages.length - 1))
}
