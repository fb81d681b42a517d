/**
 * My messages of one room that the server does not own yet [G5].
 *
 * A send leaves `pending` when its message is applied, not when it is answered: in between it would be nowhere. One that
 * was sent and is discarded stays in its place in the lane as a `cancel`, under the same key in the storage, so that the
 * exchange is one write.
 */

import type { Clock } from '../clock.ts'
import type { CommandOutputs, RoomCommand } from '../protocol/commands.ts'
import type { WireError } from '../protocol/errors.ts'
import type { CommandId, RoomId, Seq } from '../protocol/ids.ts'
import { unreachable } from '../unreachable.ts'
import type { OutboxEntry, Pending } from './api.ts'
import { type Answer, type Lane, type LaneCommand, type LaneEntry, laneEntry } from './lane.ts'
import { memo } from './memo.ts'
import { command, trusted } from './wire.ts'

type Send = Extract<RoomCommand, { cmd: 'send' }>
type Cancel = Extract<RoomCommand, { cmd: 'cancel' }>
type State =
  | { readonly is: 'queued' }
  | { readonly is: 'answered'; readonly seq: Seq; readonly sinceMs: number }
  | { readonly is: 'failed'; readonly error: WireError }
type Sending = { readonly send: Send; readonly writtenAtMs: number; readonly entry: LaneEntry; state: State }

export type Kept = Pick<OutboxEntry, 'id' | 'writtenAtMs' | 'failed'> & { readonly command: RoomCommand }

export type SendsDeps = {
  readonly clock: Clock
  readonly newId: () => CommandId
  readonly lane: Lane
  /** Resolves when it is on disk, or cannot be. */
  readonly keep: (entry: Kept) => Promise<void>
  readonly forget: (id: CommandId) => void
}

export type SendsHandlers = {
  readonly changed: () => void
  /** Whether the message of this seq will be applied, and was not yet. */
  readonly awaits: (seq: Seq) => boolean
}

export type RoomSends = {
  readonly pending: () => readonly Pending[]
  /** Resolves when it is kept. */
  readonly send: (body: string, replyTo: Seq | null) => Promise<CommandId>
  /**
   * Queues a failed one again. With the same body it keeps its id, so that it cannot become two messages; an id stands for
   * one body for ever [G2], so another body is a new message and the old one is given up.
   */
  readonly retry: (id: CommandId, body?: string) => void
  readonly discard: (id: CommandId) => void
  /** My message with this id is applied: it is not pending any more. */
  readonly seen: (id: CommandId) => void
  /** All up to here is applied, or will not be. */
  readonly seenThrough: (seq: Seq) => void
  /** Takes up what an earlier page left; `error`: it is not to be sent by itself. */
  readonly adopt: (kept: Kept & { readonly command: Send | Cancel }, how: Adoption) => void
  /** The lane sent some, or has to send them again. */
  readonly moved: () => void
  /** Somebody else is signed in. The storage keeps them. */
  readonly clear: () => void
}

export type Adoption = { readonly error: WireError | null; readonly where: 'front' | 'back' }

export function openRoomSends(deps: SendsDeps, room: RoomId, handlers: SendsHandlers): RoomSends {
  const { clock, lane } = deps
  let sends: readonly Sending[] = []
  const pending = memo(() => sends.map(pendingOf))
  const update = (next: readonly Sending[] = sends): void => {
    sends = next
    pending.stale()
    handlers.changed()
  }
  const find = (id: CommandId): Sending | undefined => sends.find(({ send }) => send.id === id)
  const drop = (id: CommandId): void => update(sends.filter(({ send }) => send.id !== id))

  const sending = (send: Send, writtenAtMs: number): Sending => ({
    send,
    writtenAtMs,
    entry: laneEntry(send, (answered, outcome) => done(send, answered, outcome)),
    state: { is: 'queued' },
  })

  const done = (send: Send, answered: LaneCommand, outcome: Answer): void => {
    const own = find(send.id)
    const isGone = answered.cmd === 'cancel' || ('error' in outcome && outcome.error.code === 'cancelled')
    if (own !== undefined && !isGone && 'error' in outcome) return fail(own, outcome.error)
    deps.forget(send.id)
    if (own === undefined) return
    const { seq } = isGone || 'error' in outcome ? { seq: null } : trusted<CommandOutputs['send']>(outcome.ok)
    if (seq === null || !handlers.awaits(seq)) return drop(send.id)
    own.state = { is: 'answered', seq, sinceMs: clock.nowMs() }
    update()
  }

  const fail = (own: Sending, error: WireError): void => {
    own.state = { is: 'failed', error }
    void deps.keep({ id: own.send.id, command: own.send, writtenAtMs: own.writtenAtMs, failed: error })
    update()
  }

  const queue = async ({ send, entry, writtenAtMs }: Sending): Promise<void> => {
    lane.add(entry)
    await deps.keep({ id: send.id, command: send, writtenAtMs, failed: null })
    entry.isStored = true
    lane.pump()
  }

  const cancelOf = (target: CommandId): Cancel => {
    const cancel = command(deps.newId(), 'cancel', { room, target })
    void deps.keep({ id: target, command: cancel, writtenAtMs: clock.nowMs(), failed: null })
    return cancel
  }
  const cancelEntry = (cancel: Cancel): LaneEntry => ({
    ...laneEntry(cancel, () => deps.forget(cancel.target)),
    isStored: true,
  })

  /** Gives up one that is in no frame. A refusal leaves its id unused; one that grew too old may have been sent. */
  const abandon = ({ send, entry, state }: Sending): void => {
    lane.remove(entry)
    if (!(entry.wasSent && state.is === 'failed' && state.error.code === 'expired')) return deps.forget(send.id)
    lane.add(cancelEntry(cancelOf(send.id)))
    lane.pump()
  }

  return {
    pending: pending.get,
    async send(written, replyTo) {
      // As the server keeps it, so that what shows now and what comes back are the same.
      const body = written.normalize('NFC')
      const send = command(deps.newId(), 'send', { room, body, ...(replyTo === null ? {} : { replyTo }) })
      const own = sending(send, clock.nowMs())
      update([...sends, own])
      await queue(own)
      return send.id
    },
    retry(id, written) {
      const failed = find(id)
      if (failed?.state.is !== 'failed') return
      const body = written?.normalize('NFC') ?? failed.send.body
      const isSame = body === failed.send.body && failed.state.error.code !== 'conflict'
      const again = sending(isSame ? failed.send : { ...failed.send, id: deps.newId(), body }, clock.nowMs())
      again.entry.wasSent = isSame && failed.entry.wasSent
      update(sends.map((each) => (each === failed ? again : each)))
      if (!isSame) abandon(failed)
      void queue(again)
    },
    discard(id) {
      const own = find(id)
      if (own === undefined || own.state.is === 'answered') return
      drop(id)
      if (own.state.is === 'failed' || !own.entry.wasSent) return abandon(own)
      own.entry.command = cancelOf(id)
      lane.pump()
    },
    seen(id) {
      const isOf = ({ command: at }: LaneEntry): boolean => (at.cmd === 'cancel' ? at.target : at.id) === id
      const entry = lane.entries().find(isOf)
      if (entry !== undefined) lane.remove(entry)
      if (find(id) !== undefined) drop(id)
      else if (entry === undefined) return
      deps.forget(id)
    },
    seenThrough(seq) {
      const left = sends.filter(({ state }) => state.is !== 'answered' || state.seq > seq)
      if (left.length < sends.length) update(left)
    },
    adopt(kept, { error, where }) {
      const { command: found } = kept
      if (found.cmd === 'cancel') return lane.add(cancelEntry(found), where)
      const own = sending(found, kept.writtenAtMs)
      own.entry.isStored = own.entry.wasSent = true
      if (error === null) lane.add(own.entry, where)
      else own.state = { is: 'failed', error }
      update(where === 'front' ? [own, ...sends] : [...sends, own])
    },
    moved() {
      if (sends.length > 0) update()
    },
    clear: () => update([]),
  }
}

function pendingOf({ send, writtenAtMs, entry, state }: Sending): Pending {
  const { id, body, replyTo = null } = send
  const shown = { id, body, replyTo, writtenAtMs }
  switch (state.is) {
    case 'failed':
      return { ...shown, state: { is: 'failed', error: state.error } }
    case 'answered':
      return { ...shown, state: { is: 'sending', sinceMs: state.sinceMs } }
    case 'queued': {
      const sinceMs = entry.sentAtMs
      return { ...shown, state: sinceMs === null ? { is: 'waiting' } : { is: 'sending', sinceMs } }
    }
    default:
      return unreachable(state)
  }
}
