/**
 * The commands of one room (or all my own) on their way to the server, in order [G5 G9 G10].
 *
 * At most one `do` frame of a lane is unanswered, so nothing can overtake within it. What a lost link leaves unanswered is
 * sent again with the same ids; what is refused for the moment keeps its place and is tried again after a back-off.
 */

import type { Clock } from '../clock.ts'
import type { OwnCommand, RoomCommand } from '../protocol/commands.ts'
import type { ClientFrame } from '../protocol/frames.ts'
import type { CommandId } from '../protocol/ids.ts'
import type { Limits } from '../protocol/limits.ts'
import type { Random } from '../random.ts'
import type { Result } from './api.ts'
import { openBackoff } from './backoff.ts'
import { openTimer } from './timer.ts'
import { clientError } from './wire.ts'

/** A server answers within 5 s, be it that it does not know [Q7]. Silence for so long is a fault of the link. */
const answerMs = 30_000
/** Of a frame, for what is not commands. */
const envelopeBytes = 1_000

export type LaneCommand = RoomCommand | OwnCommand
export type Answer = Result<unknown>

export type LaneEntry = {
  /** What is to be sent. Replaced by a `cancel` when its author discards it. */
  command: LaneCommand
  /** On disk, or as well as it can be; nothing is sent before, nor is what is behind it. */
  isStored: boolean
  /** In a frame once, maybe in another life of this page: the server may know it. */
  wasSent: boolean
  /** `clock.nowMs()` of the frame that is unanswered. */
  sentAtMs: number | null
  /**
   * The outcome, once; the entry is in no lane any more. `answered` is the command that was sent, which is another one
   * than `command` when that was replaced meanwhile.
   */
  readonly done: (answered: LaneCommand, outcome: Answer) => void
}

export type LaneDeps = {
  readonly clock: Clock
  readonly random: Random
  readonly send: (frame: ClientFrame) => boolean
  readonly limits: () => Limits
  /** The server does not answer on a link that seems to be up. */
  readonly unanswered: () => void
  /** Entries were sent, or will have to be sent again. */
  readonly moved: () => void
}

export type Lane = {
  readonly entries: () => readonly LaneEntry[]
  /** Nothing is sent before `pump`. */
  readonly add: (entry: LaneEntry, where?: 'front' | 'back') => void
  /** Takes it out, without an outcome. Its answer, when one is due, is still waited for. */
  readonly remove: (entry: LaneEntry) => void
  /** Sends what may be sent. */
  readonly pump: () => void
  /** False: not a command of this lane. */
  readonly answer: (id: CommandId, outcome: Answer) => boolean
  readonly lost: () => void
  /** Forgets all, for good or for somebody else. */
  readonly clear: () => void
}

export function openLane(deps: LaneDeps): Lane {
  const backoff = openBackoff(deps.random)
  const pause = openTimer(deps.clock)
  const patience = openTimer(deps.clock)
  const inFlight = new Map<CommandId, { readonly entry: LaneEntry; readonly sent: LaneCommand }>()
  let entries: readonly LaneEntry[] = []
  /** How long the refused ones of the present frame have to wait; null: none was refused. */
  let refusedMs: number | null = null

  const remove = (entry: LaneEntry): void => {
    entries = entries.filter((each) => each !== entry)
  }

  const pump = (): void => {
    if (inFlight.size > 0 || pause.isSet()) return
    refuseTooLong()
    const batch = nextBatch(entries, deps.limits())
    if (batch.length === 0) return
    if (!deps.send({ type: 'do', commands: batch.map(({ command }) => command) })) return
    for (const entry of batch) {
      entry.wasSent = true
      entry.sentAtMs = deps.clock.nowMs()
      inFlight.set(entry.command.id, { entry, sent: entry.command })
    }
    patience.set(answerMs, deps.unanswered)
    deps.moved()
  }

  /** What no frame can carry would break the link each time that it is sent. Smaller ones are the server's to judge. */
  const refuseTooLong = (): void => {
    for (const entry of entries) {
      if (envelopeBytes + bytesOf(entry) <= deps.limits().frameBytesMax) continue
      remove(entry)
      entry.done(entry.command, { error: clientError('too_long', 'longer than a frame') })
    }
  }

  /** The whole frame is answered: go on at once, or after a pause. */
  const frameDone = (): void => {
    patience.clear()
    const waitMs = refusedMs
    refusedMs = null
    if (waitMs === null) {
      backoff.reset()
      return pump()
    }
    pause.set(waitMs + backoff.nextMs(), pump)
    deps.moved()
  }

  return {
    entries: () => entries,
    add(entry, where = 'back') {
      entries = where === 'back' ? [...entries, entry] : [entry, ...entries]
    },
    remove,
    pump,
    answer(id, outcome) {
      const flying = inFlight.get(id)
      if (flying === undefined) return false
      inFlight.delete(id)
      const { entry, sent } = flying
      entry.sentAtMs = null
      if (entries.includes(entry)) {
        if (isToRetry(outcome)) refusedMs = Math.max(refusedMs ?? 0, retryAfterMs(outcome))
        else {
          remove(entry)
          entry.done(sent, outcome)
        }
      }
      if (inFlight.size === 0) frameDone()
      return true
    },
    lost() {
      inFlight.clear()
      patience.clear()
      refusedMs = null
      for (const entry of entries) entry.sentAtMs = null
      deps.moved()
    },
    clear() {
      entries = []
      inFlight.clear()
      refusedMs = null
      pause.clear()
      patience.clear()
    },
  }
}

/** A command that waits for its turn, not kept yet. */
export function laneEntry(command: LaneCommand, done: LaneEntry['done']): LaneEntry {
  return { command, isStored: false, wasSent: false, sentAtMs: null, done }
}

/** The head of the lane, as much as one frame may carry: in order, and nothing past one that is not stored yet. */
function nextBatch(entries: readonly LaneEntry[], limits: Limits): readonly LaneEntry[] {
  const batch: LaneEntry[] = []
  let bytes = envelopeBytes
  for (const entry of entries) {
    if (!entry.isStored || batch.length === limits.commandsPerFrameMax) break
    bytes += bytesOf(entry)
    if (bytes > limits.frameBytesMax) break
    batch.push(entry)
  }
  return batch
}

/** At most: 3 bytes are what a UTF-16 unit takes in UTF-8. */
const bytesOf = ({ command }: LaneEntry): number => JSON.stringify(command).length * 3

/** `unauthenticated` is for the link to deal with: what was written waits until its author has signed in again [G5]. */
function isToRetry(outcome: Answer): boolean {
  return 'error' in outcome && (outcome.error.temporary || outcome.error.code === 'unauthenticated')
}

function retryAfterMs(outcome: Answer): number {
  return 'error' in outcome ? (outcome.error.retryAfterMs ?? 0) : 0
}
