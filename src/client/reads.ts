/** Sends my read cursors: at most one a room every 2 s, always the newest, until the server has it. */

import type { Clock } from '../clock.ts'
import type { CommandInputs, CommandOutputs } from '../protocol/commands.ts'
import type { RoomId } from '../protocol/ids.ts'
import type { Result } from './api.ts'
import { type Memberships, isBehind } from './memberships.ts'
import { type Timer, openTimer } from './timer.ts'

const everyMs = 2_000

export type ReadsDeps = {
  readonly clock: Clock
  readonly memberships: Memberships
  readonly isOnline: () => boolean
  readonly do: (cmd: 'read', input: CommandInputs['read']) => Promise<Result<CommandOutputs['read']>>
}

export type Reads = {
  /** The cursor of this room may be ahead of the server's. Cheap to say often. */
  readonly due: (room: RoomId) => void
  readonly close: () => void
}

export function openReads({ clock, memberships, isOnline, do: ask }: ReadsDeps): Reads {
  const rooms = new Map<RoomId, { readonly timer: Timer; sentAtMs: number; isBusy: boolean }>()

  const due = (room: RoomId): void => {
    const of = rooms.get(room) ?? { timer: openTimer(clock), sentAtMs: Number.NEGATIVE_INFINITY, isBusy: false }
    rooms.set(room, of)
    // Offline, nothing waits in line: the newest cursor is sent when the link is back.
    if (of.isBusy || of.timer.isSet() || !isOnline()) return
    const waitMs = of.sentAtMs + everyMs - clock.monotonicMs()
    if (waitMs <= 0) void send(room, of)
    else of.timer.set(waitMs, () => void send(room, of))
  }

  const send = async (room: RoomId, of: { sentAtMs: number; isBusy: boolean }): Promise<void> => {
    const cursor = memberships.cursor(room)
    if (cursor === null || !isOnline() || !isBehind(cursor.told, cursor.mine)) return
    of.isBusy = true
    of.sentAtMs = clock.monotonicMs()
    const result = await ask('read', { room, seq: cursor.mine.seq, epoch: cursor.mine.epoch })
    of.isBusy = false
    if ('error' in result) return // Not a member any more, say. Another `read` tries again.
    memberships.setCursor(room, { seq: result.ok.seq, epoch: result.ok.epoch }, 'server')
    due(room)
  }

  return {
    due,
    close() {
      for (const { timer } of rooms.values()) timer.clear()
    },
  }
}
