/** Pages of a room's past, one at a time, into its window. */

import type { Clock } from '../clock.ts'
import { type RoomId, type Seq, seq as seqOf } from '../protocol/ids.ts'
import type { Limits } from '../protocol/limits.ts'
import type { HistoryPage, Query } from '../protocol/queries.ts'
import type { Client, Result } from './api.ts'
import type { MessageWindow } from './timeline.ts'

const triesMax = 3
const retryMs = 500
/** How far behind the room's end a reader may be without knowing; the newest page is asked for by a seq beyond it. */
const beyondEnd = 1_000

type Position = { readonly before: Seq } | { readonly after: Seq } | { readonly around: Seq }
type How = 'older' | 'newer' | 'window'

export type HistoryDeps = {
  readonly clock: Clock
  readonly query: Client['query']
  readonly limits: () => Limits
  readonly window: MessageWindow
  readonly isOpen: () => boolean
  readonly loaded: () => void
}

export type History = {
  readonly older: () => Promise<void>
  readonly newer: () => Promise<void>
  readonly around: (seq: Seq) => Promise<void>
  readonly tail: () => Promise<void>
  /** The first snapshot has come, or never will: what waited for it may go on. */
  readonly ready: () => void
}

export function openHistory(deps: HistoryDeps, room: RoomId): History {
  const { window } = deps
  let last = Promise.resolve()
  let waiting: (() => void)[] = []
  const running = new Map<How, Promise<void>>()

  /** A snapshot replaces the window, so a page that came before it would be lost. */
  const whenReady = async (): Promise<void> => {
    while (deps.isOpen() && window.shown().state === 'loading') {
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }

  const ask = async (position: Position): Promise<Result<HistoryPage>> => {
    const query: Query = { query: 'history', room, limit: deps.limits().historyPageMax, ...position }
    for (let tries = 1; ; tries++) {
      const result = await deps.query(query)
      if ('ok' in result || !result.error.temporary || tries === triesMax) return result
      await deps.clock.sleep(Math.max(result.error.retryAfterMs ?? 0, retryMs * 2 ** tries))
    }
  }

  const load = async (how: How, positionOf: () => Position | null): Promise<void> => {
    await whenReady()
    const position = positionOf()
    if (position === null || window.shown().state !== 'ready') return
    const generation = window.generation()
    window.loading()
    const result = await ask(position)
    // A new window meanwhile: its rows know nothing of this page's place.
    if (window.generation() !== generation) return
    if ('ok' in result) window.loaded(result.ok, how)
    else window.notLoaded()
    deps.loaded()
  }

  const inTurn = async (how: How, positionOf: () => Position | null): Promise<void> => {
    const mine = last.then(async () => load(how, positionOf))
    last = mine
    await mine
  }

  /** Scrolling asks many times for the same page. */
  const once = async (how: How, positionOf: () => Position | null): Promise<void> => {
    const running_ = running.get(how) ?? inTurn(how, positionOf)
    running.set(how, running_)
    await running_
    running.delete(how)
  }

  return {
    older: async () => once('older', () => (window.firstSeq() > 1 ? { before: window.firstSeq() } : null)),
    newer: async () => once('newer', () => (window.isAtTail() ? null : { after: window.endSeq() })),
    around: async (seq) => inTurn('window', () => ({ around: seq })),
    tail: async () =>
      inTurn('window', () => (window.isAtTail() ? null : { before: seqOf((window.shown().lastSeq ?? 0) + beyondEnd) })),
    ready() {
      const woken = waiting
      waiting = []
      for (const wake of woken) wake()
    },
  }
}
