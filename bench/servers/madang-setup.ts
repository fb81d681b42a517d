/**
 * Fills an empty data folder through the store: rooms, their members, and a session for each, named as the load client
 * names them. Arguments: folder, rooms, members of each room. Prints `seeded`.
 */

import { hashToken } from '../../src/chat/secrets.ts'
import { type RoomId, type UserId, rev, roomId, seq, sessionId, userId } from '../../src/protocol/ids.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import type { Advance, Put, Unit } from '../../src/store/store.ts'
import { roomName, tokenOf, userName } from '../load/job.ts'

const dayMs = 24 * 3600 * 1000
const nowMs = Date.now()

const [folder = '', rooms, members] = process.argv.slice(2)
await seed(folder, { rooms: Number(rooms), members: Number(members) })
console.log('seeded')

async function seed(path: string, size: { readonly rooms: number; readonly members: number }): Promise<void> {
  await using store = await openSqliteStore({ path })
  for (let room = 0; room < size.rooms; room++) {
    const first = room * size.members
    const [committed] = await store.commit([roomUnit(room, { first, count: size.members })])
    if (committed?.is !== 'committed') throw new Error(`room ${room}: ${JSON.stringify(committed)}`)
  }
}

/** A room with its members, who are new people: rev 1 is its settings, and each member has the next. */
function roomUnit(number: number, users: { readonly first: number; readonly count: number }): Unit {
  const room = roomId(roomName(number))
  const advances: Advance[] = [{ stream: 'room', room, from: rev(0), to: rev(1 + users.count), lastSeq: seq(0) }]
  const puts: Put[] = [roomPut(room, users.count)]
  for (let i = 0; i < users.count; i++) {
    const user = userId(userName(users.first + i))
    // Their own revs: the profile, the session, the membership.
    advances.push({ stream: 'user', user, from: rev(0), to: rev(3) })
    puts.push(...personPuts(user, users.first + i), memberPut(room, user, 2 + i))
  }
  return { advances, puts }
}

function roomPut(room: RoomId, memberCount: number): Put {
  return {
    put: 'room',
    record: {
      room,
      name: room,
      topic: '',
      visibility: 'private',
      directKey: null,
      createdAtMs: nowMs,
      lastSeq: seq(0),
      lastRev: rev(0),
      rev: rev(1),
      memberCount,
    },
  }
}

function personPuts(user: UserId, number: number): readonly Put[] {
  const person: Put = {
    put: 'user',
    record: {
      user,
      handle: user,
      name: user,
      role: number === 0 ? 'owner' : 'member',
      isActive: true,
      passwordHash: null,
      createdAtMs: nowMs,
      lastRev: rev(0),
      rev: rev(1),
    },
  }
  const session: Put = {
    put: 'session',
    record: {
      session: sessionId(user),
      user,
      tokenHash: hashToken(tokenOf(number)),
      agent: 'bench',
      startedAtMs: nowMs,
      seenAtMs: nowMs,
      expiresAtMs: nowMs + dayMs,
      isEnded: false,
      ownRev: rev(2),
    },
  }
  return [person, session]
}

function memberPut(room: RoomId, user: UserId, memberRev: number): Put {
  return {
    put: 'member',
    record: {
      room,
      user,
      isMember: true,
      role: 'member',
      rev: rev(memberRev),
      ownRev: rev(3),
      joinedSeq: seq(0),
      readSeq: seq(0),
      readEpoch: 0,
    },
  }
}
