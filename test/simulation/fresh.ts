/** What a fresh page would be shown of a room, from the store itself; read once for all pages while nothing is committed. */

import type { ShownMessage } from '../../src/client/api.ts'
import type { Snapshot } from '../../src/protocol/frames.ts'
import { type RoomId, type Seq, type UserId, seq as seqOf } from '../../src/protocol/ids.ts'
import type { MessageRow, ReactionRow } from '../../src/protocol/rows.ts'
import { directly } from './store.ts'
import type { World } from './world.ts'

export type FreshRoom = {
  readonly snapshot: Snapshot
  /** All of them, by seq - 1, as they are to be shown. */
  readonly messages: readonly Omit<ShownMessage, 'isPending'>[]
}

const everything = 100_000
const read = new WeakMap<World, { units: number; readonly rooms: Map<RoomId, FreshRoom> }>()

/** Null: this person may not see it. */
export function freshRoom(world: World, room: RoomId, viewer: UserId): FreshRoom | null {
  const held = read.get(world) ?? { units: 0, rooms: new Map<RoomId, FreshRoom>() }
  read.set(world, held)
  if (held.units !== world.truth.units) held.rooms.clear()
  held.units = world.truth.units
  // What it shows is the same for all who see it; whether somebody does is asked each time there is a doubt.
  const known = world.truth.member(room, viewer).isMember ? held.rooms.get(room) : undefined
  const fresh = known ?? readRoom(world, room, viewer)
  if (fresh !== null) held.rooms.set(room, fresh)
  return fresh
}

function readRoom(world: World, room: RoomId, viewer: UserId): FreshRoom | null {
  const history = directly(world, 'history', { room, viewer, range: { limit: everything, after: seqOf(0) } })
  const now = directly(world, 'snapshot', { room, viewer, messages: 50, members: 200 })
  if (history.is === 'denied' || now.is === 'denied') return null
  const { messages, reactions } = history.page
  const shown = (row: MessageRow) => ({ ...row, reactions: reactionsOf(reactions, row.seq) })
  return { snapshot: now.snapshot, messages: messages.map(shown) }
}

function reactionsOf(rows: readonly ReactionRow[], seq: Seq): ShownMessage['reactions'] {
  const byEmoji = new Map<string, ReactionRow['user'][]>()
  for (const row of rows.filter((each) => each.seq === seq && each.isOn).toSorted((a, b) => a.rev - b.rev)) {
    byEmoji.set(row.emoji, [...(byEmoji.get(row.emoji) ?? []), row.user])
  }
  return [...byEmoji].map(([emoji, users]) => ({ emoji, users }))
}
