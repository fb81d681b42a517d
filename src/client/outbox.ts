/**
 * What I asked for and the server has not answered: a lane for each room and one for what is my own [G5 G9 G10].
 *
 * Messages and their changes are kept in the storage before they are sent, and survive a reload. The other commands are
 * kept in memory only: nobody would be there to hear their answers.
 */

import type { Clock } from '../clock.ts'
import type {
  CommandInputs,
  CommandOutputs,
  OwnCommandName,
  RoomCommand,
  RoomCommandName,
} from '../protocol/commands.ts'
import type { WireError } from '../protocol/errors.ts'
import type { ClientFrame } from '../protocol/frames.ts'
import type { CommandId, RoomId, UserId } from '../protocol/ids.ts'
import { type Limits, outcomeKeptMs } from '../protocol/limits.ts'
import type { Random } from '../random.ts'
import type { OutboxEntry, OutboxStorage, Result } from './api.ts'
import { type Answer, type Lane, type LaneCommand, laneEntry, openLane } from './lane.ts'
import { type ChangesHandlers, type RoomChanges, openRoomChanges } from './room-changes.ts'
import { type Adoption, type Kept, type RoomSends, type SendsHandlers, openRoomSends } from './room-sends.ts'
import { clientError, command, linkLost, trusted } from './wire.ts'

/** A storage that does not answer must not keep people from writing. */
const loadMs = 3_000
/** Ids that are over; a storage read while they ended may still name them. */
const endedMax = 1_000

export type OutboxDeps = {
  readonly clock: Clock
  readonly random: Random
  readonly newId: () => CommandId
  readonly storage: OutboxStorage
  readonly send: (frame: ClientFrame) => boolean
  readonly limits: () => Limits
  readonly unanswered: () => void
  /** Opens the room's outbox when it is not: something was kept for it. */
  readonly ensure: (room: RoomId) => void
}

export type RoomOutbox = {
  readonly sends: RoomSends
  readonly changes: RoomChanges
  readonly do: <Name extends RoomCommandName>(
    cmd: Name,
    input: CommandInputs[Name],
  ) => Promise<Result<CommandOutputs[Name]>>
}

export type Outbox = {
  readonly open: (
    room: RoomId,
    handlers: { readonly sends: SendsHandlers; readonly changes: ChangesHandlers },
  ) => RoomOutbox
  readonly do: <Name extends OwnCommandName>(
    cmd: Name,
    input: CommandInputs[Name],
  ) => Promise<Result<CommandOutputs[Name]>>
  /** The link is up, and this is who I am. Everything unanswered is sent again, in order, with the same ids. */
  readonly welcomed: (me: UserId) => void
  readonly answer: (id: CommandId, outcome: Answer) => boolean
  readonly lost: () => void
  readonly close: () => void
}

type Opened = RoomOutbox & { readonly lane: Lane }

export function openOutbox(deps: OutboxDeps): Outbox {
  const { clock, storage, newId } = deps
  const rooms = new Map<RoomId, Opened>()
  const waiting = new Set<(result: { readonly error: WireError }) => void>()
  const writes = new Map<CommandId, Promise<void>>()
  /** What is in memory; what was, and is over. Neither is taken up from the storage again. */
  const here = new Set<CommandId>()
  const ended = new Set<CommandId>()
  const own = openLane({ ...deps, moved: () => {} })
  let me: UserId | null = null
  let known = Promise.withResolvers<UserId>()
  let isKnown = false

  /** Writes of one id keep their order; a storage that fails costs the survival of a reload, not the sending. */
  const write = async (id: CommandId, work: () => Promise<void>): Promise<void> => {
    const before = writes.get(id)
    const mine = (async () => {
      await before
      try {
        await work()
      } catch {
        // Full, forbidden or broken: what was written stays in memory and is sent from there.
      }
    })()
    writes.set(id, mine)
    await mine
    if (writes.get(id) === mine) writes.delete(id)
  }

  const forget = (id: CommandId): void => {
    here.delete(id)
    ended.add(id)
    for (const oldest of ended) if (ended.size > endedMax) ended.delete(oldest)
    void write(id, async () => storage.remove(id))
  }

  const ask = async (lane: Lane, asked: LaneCommand): Promise<Answer> =>
    new Promise((resolve) => {
      waiting.add(resolve)
      const entry = laneEntry(asked, (_, outcome) => {
        waiting.delete(resolve)
        resolve(outcome)
      })
      entry.isStored = true
      lane.add(entry)
      lane.pump()
    })

  const settleWaiting = (error: WireError): void => {
    for (const settle of waiting) settle({ error })
    waiting.clear()
  }

  const clear = (): void => {
    settleWaiting(clientError('unauthenticated', 'somebody else is signed in'))
    own.clear()
    known = Promise.withResolvers()
    isKnown = false
    here.clear()
    ended.clear()
    for (const { lane, sends, changes } of rooms.values()) {
      lane.clear()
      sends.clear()
      changes.clear()
    }
  }

  const adoptAll = async (user: UserId): Promise<void> => {
    const kept = (await loaded(deps)).filter(({ id, user: of }) => of === user && !here.has(id) && !ended.has(id))
    if (me !== user) return
    // What an earlier page left was written before anything that this one wrote.
    const where = isKnown ? 'back' : 'front'
    for (const each of where === 'front' ? kept.toReversed() : kept) adopt(each, where)
    isKnown = true
    known.resolve(user)
    for (const { lane } of rooms.values()) lane.pump()
  }

  const adopt = ({ id, room, command: found, writtenAtMs, failed }: OutboxEntry, where: Adoption['where']): void => {
    deps.ensure(room)
    const open = rooms.get(room)
    if (open === undefined) return
    const asked = trusted<RoomCommand>(found)
    here.add(id)
    const kept = { id, writtenAtMs, failed }
    const isOld = clock.nowMs() - writtenAtMs >= outcomeKeptMs
    const error = failed ?? (isOld ? clientError('expired', 'too old') : null)
    // What is neither is of a newer version of this client, which will know what to do with it.
    if (asked.cmd === 'send' || asked.cmd === 'cancel') {
      open.sends.adopt({ ...kept, command: asked }, { error, where })
    } else if (asked.cmd === 'edit' || asked.cmd === 'delete' || asked.cmd === 'react') {
      open.changes.adopt({ ...kept, command: asked }, { error, where })
    }
  }

  return {
    open(room, handlers) {
      const keep = async ({ command: kept, ...entry }: Kept): Promise<void> => {
        here.add(entry.id)
        const { promise } = known
        await write(entry.id, async () => storage.put({ ...entry, user: await promise, room, command: kept }))
      }
      const lane = openLane({ ...deps, moved: () => sends.moved() })
      const sends = openRoomSends({ clock, newId, lane, keep, forget }, room, handlers.sends)
      const changes = openRoomChanges({ clock, lane, keep, forget }, handlers.changes)
      const open: Opened = {
        lane,
        sends,
        changes,
        do: async (cmd, input) => trusted(await ask(lane, command(newId(), cmd, input))),
      }
      rooms.set(room, open)
      return open
    },
    do: async (cmd, input) => trusted(await ask(own, command(newId(), cmd, input))),
    welcomed(user) {
      if (me !== null && me !== user) clear()
      me = user
      own.pump()
      if (isKnown) for (const { lane } of rooms.values()) lane.pump()
      void adoptAll(user)
    },
    answer(id, outcome) {
      if (own.answer(id, outcome)) return true
      for (const { lane } of rooms.values()) if (lane.answer(id, outcome)) return true
      return false
    },
    lost() {
      own.lost()
      for (const { lane } of rooms.values()) lane.lost()
    },
    close() {
      settleWaiting(linkLost)
      own.clear()
      for (const { lane, changes } of rooms.values()) {
        lane.clear()
        changes.clear()
      }
    },
  }
}

async function loaded({ storage, clock }: OutboxDeps): Promise<readonly OutboxEntry[]> {
  const late = new AbortController()
  const nothing = async (): Promise<readonly OutboxEntry[]> => {
    await clock.sleep(loadMs, late.signal)
    return []
  }
  try {
    return await Promise.race([storage.load(), nothing()])
  } catch {
    return [] // What cannot be read stays where it is, for a page that can.
  } finally {
    late.abort('answered')
  }
}
