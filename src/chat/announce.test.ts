/** Announcements: what readers get of a change, and what a broken layer may not do. */

import { expect, test } from 'vitest'
import type { ChannelLayer, LayerMessage } from '../layer/layer.ts'
import { openMemoryLayer } from '../layer/memory.ts'
import { commandId, rev, roomId, seq, userId } from '../protocol/ids.ts'
import type { MembershipRow, MessageRow, OwnRow, RoomRow } from '../protocol/rows.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { announcer, eventOf, peopleGroup } from './announce.ts'
import type { Change } from './draft.ts'
import { droppedBy, ownNotes, roomNotes } from './streams.ts'
import { openWorld } from './testing/world.ts'

const room = roomId('r1')
const member = (user: string, at: number, isMember: boolean): RoomRow => {
  return { kind: 'member', rev: rev(at), user: userId(user), isMember, role: 'member' }
}
const change: Change = {
  room,
  from: rev(1),
  to: rev(1),
  lastSeq: seq(0),
  rows: [member('u1', 1, false)],
  mentions: [],
}

function announcing(groupSend: ChannelLayer['groupSend'] | null = null) {
  const clock = manualClock()
  const reports: string[] = []
  const report = (event: string): void => void reports.push(event)
  const layer = openMemoryLayer({}, { clock, report })
  const announce = announcer({ layer: groupSend === null ? layer : { ...layer, groupSend }, clock, report })
  return { clock, layer, reports, announce }
}

test('[G4] a layer that fails is reported, and nobody has to know', async () => {
  const { announce, reports } = announcing(async () => {
    throw new Error('no layer')
  })
  await announce([change, change])
  expect(reports).toEqual(['announcement failed'])
})

test('[G4] a layer that hangs is waited for 200 ms at most', async () => {
  const { announce, clock } = announcing(() => new Promise(() => {}))
  let isDone = false
  const announced = announce([change]).then(() => (isDone = true))
  await clock.advance(199)
  expect(isDone).toBe(false)
  await clock.advance(1)
  await announced
  expect(clock.sleeping()).toBe(0)
})

test('a layer that answers is not waited for, and no timer is left behind', async () => {
  const { announce, clock } = announcing()
  await announce([change])
  await announce([])
  expect(clock.sleeping()).toBe(0)
})

test('[G6] who is removed is dropped; who came back in the same change is not', () => {
  expect(eventOf(change).drop).toEqual(['u1'])
  expect(droppedBy([member('u1', 1, false), member('u2', 2, false), member('u1', 3, true)])).toEqual(['u2'])
  expect(droppedBy([member('u1', 1, true), member('u1', 2, false)])).toEqual(['u1'])
})

test('[G6] a person\u2019s notes name each room once, as it is at the end', () => {
  const row = (at: number, isMember: boolean): MembershipRow => ({
    kind: 'membership',
    rev: rev(at),
    room: { id: room, name: '', topic: '', visibility: 'private', lastSeq: seq(0), lastRev: rev(0), others: [] },
    isMember,
    role: 'member',
    readSeq: seq(0),
    readEpoch: 0,
    mentions: [],
  })
  const rows: readonly OwnRow[] = [row(1, false), row(2, true)]
  expect(ownNotes(rows).memberships).toMatchObject([{ room, isMember: true }])
})

test('[G4] a message that was missed and edited since is news, too', () => {
  const message: MessageRow = {
    kind: 'message',
    rev: rev(5),
    seq: seq(3),
    id: commandId('m'),
    author: userId('u2'),
    sentAtMs: 1,
    body: 'edited',
    replyTo: null,
    editedAtMs: 2,
  }
  expect(roomNotes([message], [])).toMatchObject({ lastSeq: 3, author: 'u2' })
  expect(roomNotes([{ ...message, body: null }], [])).toMatchObject({ lastSeq: 3 })
})

test('changes reach the group of their stream, and a changed profile everybody', async () => {
  const { announce, layer } = announcing()
  const world = await openWorld()
  const mina = await world.signUp('Mina')
  const at = await world.room(mina, 'public')
  const got: LayerMessage[] = []
  await layer.subscribe(`room.${at}`, (message) => void got.push(message))
  await layer.subscribe(peopleGroup, (message) => void got.push(message))
  world.announced.length = 0
  await world.send(mina, at, `hello <@${world.owner.user}>`)
  await world.act(mina, { cmd: 'profile', name: '미나' })
  await announce(world.announced)
  await Promise.resolve()
  expect(got).toMatchObject([
    { stream: `room.${at}`, from: 3, to: 3, text: expect.stringContaining('"body":"hello') },
    { type: 'madang.user', user: expect.stringContaining('미나') },
  ])
})
