/** What must be so when the troubles are over: every page shows what a fresh page would, and nothing that was typed is lost. */

import { isDeepStrictEqual } from 'node:util'
import type { Room, RoomEntry } from '../../src/client/api.ts'
import { type RoomId, type Seq, type UserId, roomId } from '../../src/protocol/ids.ts'
import type { Device } from './device.ts'
import { type FreshRoom, freshRoom } from './fresh.ts'
import { directly } from './store.ts'
import type { World } from './world.ts'

const everything = 100_000

/** [G4] Every room that this page has open is as a fresh page would show it. */
export function checkOpenRooms(world: World, device: Device, when: string): void {
  checkRooms(world, device, when, () => false)
}

/** The same at once after the link is back, but for what was just changed here. */
export function checkReturned(world: World, device: Device): void {
  checkRooms(world, device, 'two seconds after its link was back', (id, seq) => device.touched.has(`${id} ${seq}`))
}

type Excused = (room: RoomId, seq: Seq) => boolean

function checkRooms(world: World, device: Device, when: string, isExcused: Excused): void {
  for (const id of device.opened) {
    const says = differenceIn(world, device, id, isExcused)
    if (says !== null) world.broken('G4', `${device.name} ${when}: ${id} ${says}`)
  }
}

function differenceIn(world: World, device: Device, id: RoomId, isExcused: Excused): string | null {
  const room = device.client.room(id)
  const viewer = device.person.user
  const timeline = room.timeline()
  const fresh = freshRoom(world, id, viewer)
  if (fresh === null) {
    const isShut = typeof timeline.state === 'object' && timeline.messages.length === 0
    return isShut ? null : `is not theirs to read, and shows ${JSON.stringify(timeline.state)}`
  }
  if (timeline.state !== 'ready') return `is ${JSON.stringify(timeline.state)}`
  const { snapshot } = fresh
  return (
    messagesDiffer(room, fresh, isExcused) ??
    differ('settings', room.settings(), snapshot.settings) ??
    differ('members', byUser(room.members()), byUser(snapshot.members)) ??
    differ('memberCount', room.memberCount(), snapshot.memberCount)
  )
}

function messagesDiffer(room: Room, fresh: FreshRoom, isExcused: Excused): string | null {
  const end = fresh.snapshot.lastSeq
  const { messages, isAtTail, lastSeq, hasOlder } = room.timeline()
  if (lastSeq !== end) return `ends at ${lastSeq}, not at ${end}`
  const [first, last] = [messages[0]?.seq ?? 0, messages.at(-1)?.seq ?? 0]
  if (isAtTail && last !== end) return `shows up to ${last} of ${end}`
  if (hasOlder !== first > 1) return `begins with ${first} and hasOlder is ${hasOlder}`
  for (const shown of messages) {
    const row = fresh.messages[shown.seq - 1]
    if (row === undefined) return `shows ${shown.seq}, which is not there`
    // What I have just changed shows at once.
    if (shown.isPending || isExcused(room.id, shown.seq)) continue
    const { isPending: _, ...plain } = shown
    const says = differ(`message ${shown.seq}`, plain, row)
    if (says !== null) return says
  }
  return null
}

/** [G4] The list of rooms, with its badges, is as a fresh welcome would make it. */
export function checkRoomList(world: World, device: Device): void {
  const { user } = device.person
  const fresh = directly(world, 'memberships', { user, after: roomId(''), limit: everything }).rooms
  const shown = new Map(device.client.rooms().map((entry) => [entry.membership.room.id, entry]))
  for (const row of fresh) {
    const entry = shown.get(row.room.id)
    shown.delete(row.room.id)
    if (entry === undefined) {
      world.broken('G4', `${device.name} does not list ${row.room.id}`)
      continue
    }
    const { membership } = entry
    const says =
      differ('room', { ...membership.room, lastRev: 0 }, { ...row.room, lastRev: 0 }) ??
      differ('role', membership.role, row.role) ??
      differ('epoch', membership.readEpoch, row.readEpoch) ??
      mentionsDiffer(world, device, entry, row.mentions) ??
      unreadDiffers(world, device, entry)
    if (says !== null) world.broken('G4', `${device.name} lists ${row.room.id} with ${says}`)
  }
  for (const room of shown.keys()) world.broken('G4', `${device.name} still lists ${room}`)
}

/**
 * None is missing. One more is shown when the log had to tell of it: then it is not known who was a member when it was
 * written, and only its text counts.
 */
function mentionsDiffer(world: World, device: Device, { membership }: RoomEntry, fresh: readonly Seq[]): string | null {
  const room = membership.room.id
  const { user } = device.person
  const says = `mentions: shows ${membership.mentions.join()}, is ${fresh.join()}`
  if (fresh.some((seq) => !membership.mentions.includes(seq))) return says
  const more = membership.mentions.filter((seq) => !fresh.includes(seq))
  const rows = directly(
    world,
    'load',
    more.map((seq) => ({ need: 'message', room, seq }) as const),
  )
  const isMeant = rows.every(
    (row) => row !== null && typeof row === 'object' && 'body' in row && row.body?.includes(user),
  )
  return isMeant ? null : says
}

/**
 * Unread are the messages of others behind the cursor. Which of them are one's own is not told with the list, so a page
 * that came later may count those, too; and a cursor that moved over one's own messages is each page's own to work out.
 */
function unreadDiffers(world: World, device: Device, { membership, unread }: RoomEntry): string | null {
  const { user } = device.person
  const room = membership.room.id
  const [member] = directly(world, 'load', [{ need: 'member', room, user }])
  const readSeq = member !== null && typeof member === 'object' && 'readSeq' in member ? member.readSeq : 0
  const fresh = freshRoom(world, room, user)
  if (fresh === null) return 'denied'
  const { messages } = fresh
  const [low, high] = [Math.min(readSeq, membership.readSeq), Math.max(readSeq, membership.readSeq)]
  const isOthers = ({ author }: { readonly author: UserId }): boolean => author !== user
  const says = `cursor ${membership.readSeq}, stored ${readSeq}, ${messages.length} messages`
  if (messages.slice(low, high).some(isOthers)) return says
  const others = messages.slice(high).filter(isOthers).length
  return unread < others || unread > messages.length - low ? `${unread} unread, not ${others}: ${says}` : null
}

/** [G5] Every message that was kept is in the history, or still in the outbox with its text, or was given up. */
export function checkTyped(world: World, device: Device): void {
  const author = device.person.user
  const lanes = new Map<RoomId, Seq>()
  for (const [id, { room, body, isKept, isGivenUp, isRetried }] of device.typed) {
    const seq = world.truth.seqOf({ room, author, id })
    const pending = device.client
      .room(room)
      .pending()
      .find((each) => each.id === id)
    if (seq === undefined && pending === undefined && isKept && !isGivenUp) {
      world.broken('G5', `${device.name} typed ${id} into ${room} and it is nowhere`)
    }
    if (pending !== undefined && pending.body !== body) world.broken('G5', `${id} was ${body} and is ${pending.body}`)
    // What was given up before its disk could forget it may come back with the next page, at its end.
    if (seq === undefined || isRetried || isGivenUp) continue
    const before = lanes.get(room) ?? 0
    if (seq < before) world.broken('G10', `${device.name} typed ${id} later, and its seq ${seq} is before ${before}`)
    lanes.set(room, seq)
  }
}

function differ(what: string, shown: unknown, fresh: unknown): string | null {
  return isDeepStrictEqual(shown, fresh) ? null : `${what}: shows ${JSON.stringify(shown)}, is ${JSON.stringify(fresh)}`
}

function byUser<Row extends { readonly user: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => (a.user < b.user ? -1 : 1))
}
