/** People, rooms and messages for tests of a store: each call is one commit, decided as simply as can be. */

import assert from 'node:assert/strict'
import {
  type RoomId,
  type Seq,
  type UserId,
  commandId,
  rev,
  roomId,
  seq,
  sessionId,
  tokenId,
  userId,
} from '../../protocol/ids.ts'
import type { Visibility } from '../../protocol/rows.ts'
import type { MemberRecord, MessageRecord, RoomRecord, SessionRecord, TokenRecord, UserRecord } from '../records.ts'
import type { Advance, Committed, Fact, FactOf, Need, Put, Store, Unit } from '../store.ts'

export const yard = roomId('yard')
export const mina = userId('mina')
export const joon = userId('joon')

/** What a store answers for a need, typed by its kind. */
export async function fact<N extends Need>(store: Store, need: N): Promise<FactOf[N['need']]> {
  const [found] = await store.load([need])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the port promises this kind of fact for this need
  return found as Fact as FactOf[N['need']]
}

/** The record, which has to be there. */
export async function the<N extends Need>(store: Store, need: N): Promise<NonNullable<FactOf[N['need']]>> {
  const found = await fact(store, need)
  assert(found !== null && found !== undefined, `there is a ${need.need}`)
  return found
}

export async function commitOne(store: Store, unit: Unit): Promise<Committed> {
  const [answer, ...more] = await store.commit([unit])
  assert(answer !== undefined && more.length === 0, 'one answer a unit')
  return answer
}

export const userRecord = (user: UserId, over: Partial<UserRecord> = {}): UserRecord => ({
  user,
  handle: `${user}.handle`,
  name: `${user} 님`,
  role: 'member',
  isActive: true,
  passwordHash: null,
  createdAtMs: 1,
  lastRev: rev(1),
  rev: rev(1),
  ...over,
})

export const roomRecord = (room: RoomId, over: Partial<RoomRecord> = {}): RoomRecord => ({
  room,
  name: `${room} 마당`,
  topic: 'a topic',
  visibility: 'private',
  directKey: null,
  createdAtMs: 1,
  lastSeq: seq(0),
  lastRev: rev(1),
  rev: rev(1),
  memberCount: 0,
  ...over,
})

export const memberRecord = (room: RoomId, user: UserId, over: Partial<MemberRecord> = {}): MemberRecord => ({
  room,
  user,
  isMember: true,
  role: 'member',
  rev: rev(1),
  ownRev: rev(1),
  joinedSeq: seq(0),
  readSeq: seq(0),
  readEpoch: 0,
  ...over,
})

export const messageRecord = (room: RoomId, at: number, over: Partial<MessageRecord> = {}): MessageRecord => ({
  room,
  seq: seq(at),
  rev: rev(at + 1),
  author: mina,
  id: commandId(`m${at}`),
  body: `message ${at}`,
  replyTo: null,
  sentAtMs: 1000 + at,
  editedAtMs: null,
  fingerprint: `print ${at}`,
  ...over,
})

export const sessionRecord = (name: string, user: UserId, over: Partial<SessionRecord> = {}): SessionRecord => ({
  session: sessionId(name),
  user,
  tokenHash: `hash of ${name}`,
  agent: 'a browser',
  startedAtMs: 1,
  seenAtMs: 1,
  expiresAtMs: 1000,
  isEnded: false,
  ownRev: rev(2),
  ...over,
})

export const tokenRecord = (name: string, user: UserId, over: Partial<TokenRecord> = {}): TokenRecord => ({
  token: tokenId(name),
  user,
  tokenHash: `hash of ${name}`,
  name: 'a bot',
  createdAtMs: 1,
  isEnded: false,
  ...over,
})

/** Creates a room of nobody, at rev 1. */
export const creating = (record: RoomRecord): Unit => ({
  advances: [{ stream: 'room', room: record.room, from: rev(0), to: rev(1) }],
  puts: [{ put: 'room', record }],
})

/** Sends message `at` into a room that holds the ones before it and has changed in no other way. */
export const sending = (room: RoomId, at: number, over: Partial<MessageRecord> = {}): Unit => ({
  advances: [{ stream: 'room', room, from: rev(at), to: rev(at + 1), lastSeq: seq(at) }],
  puts: [{ put: 'message', record: messageRecord(room, at, over), mentions: [] }],
})

export function worldIn(store: Store) {
  async function write(advances: readonly Advance[], puts: readonly Put[]): Promise<void> {
    assert.deepEqual(await commitOne(store, { advances, puts }), { is: 'committed' })
  }

  async function person(user: UserId, over: Partial<UserRecord> = {}): Promise<void> {
    await write([{ stream: 'user', user, from: rev(0), to: rev(1) }], [{ put: 'user', record: userRecord(user, over) }])
  }

  /** Advances a person's stream by one, with what is put at its new rev. */
  async function own(user: UserId, put: (at: UserRecord['rev'], now: UserRecord) => Put): Promise<void> {
    const now = await the(store, { need: 'user', user })
    const to = rev(now.lastRev + 1)
    await write([{ stream: 'user', user, from: now.lastRev, to }], [put(to, now)])
  }

  /** Advances a room by one rev, or by one message, with what is put at the new rev. */
  async function change(
    room: RoomId,
    of: { puts: (at: RoomRecord) => readonly Put[]; isMessage?: true },
  ): Promise<RoomRecord> {
    const now = await the(store, { need: 'room', room })
    const to = { ...now, lastRev: rev(now.lastRev + 1), lastSeq: of.isMessage ? seq(now.lastSeq + 1) : now.lastSeq }
    const advance = { stream: 'room', room, from: now.lastRev, to: to.lastRev, lastSeq: to.lastSeq } as const
    await write([advance], of.puts(to))
    return to
  }

  /** Sets whether somebody is a member: one rev of the room, one of the person. */
  async function seat(room: RoomId, user: UserId, over: Partial<MemberRecord> = {}): Promise<void> {
    const [now, sitter] = [await the(store, { need: 'room', room }), await the(store, { need: 'user', user })]
    const at = { rev: rev(now.lastRev + 1), ownRev: rev(sitter.lastRev + 1) }
    await write(
      [
        { stream: 'room', room, from: now.lastRev, to: at.rev },
        { stream: 'user', user, from: sitter.lastRev, to: at.ownRev },
      ],
      [{ put: 'member', record: memberRecord(room, user, { ...at, ...over }) }],
    )
  }

  return {
    person,
    own,
    seat,
    change,
    /** A room with members, who are made when they are not there yet. */
    async room(
      room: RoomId,
      of: { members: readonly UserId[]; visibility?: Visibility; directKey?: string },
    ): Promise<void> {
      const { visibility = 'private', directKey = null } = of
      await write(...asPair(creating(roomRecord(room, { visibility, directKey, memberCount: of.members.length }))))
      for (const user of of.members) {
        if ((await fact(store, { need: 'user', user })) === null) await person(user)
        await seat(room, user)
      }
    },
    /** A new message; its id is its body. */
    async say(room: RoomId, body: string, of: { author?: UserId; mentions?: readonly UserId[] } = {}): Promise<Seq> {
      const { author = mina, mentions = [] } = of
      const said = await change(room, {
        isMessage: true,
        puts: ({ lastSeq, lastRev }) => [
          {
            put: 'message',
            record: messageRecord(room, lastSeq, { rev: lastRev, author, id: commandId(body), body }),
            mentions,
          },
        ],
      })
      return said.lastSeq
    },
    /** Edits a message, or deletes it with a body of null. */
    async rewrite(room: RoomId, at: Seq, of: { body: string | null; mentions?: readonly UserId[] }): Promise<void> {
      const { body, mentions = [] } = of
      const old = await the(store, { need: 'message', room, seq: at })
      await change(room, {
        puts: ({ lastRev }) => [
          { put: 'changedMessage', record: { ...old, rev: lastRev, body, editedAtMs: 5000 }, mentions },
        ],
      })
    },
    async react(room: RoomId, at: Seq, of: { emoji: string; user?: UserId; isOn?: boolean }): Promise<void> {
      const { emoji, user = mina, isOn = true } = of
      await change(room, {
        puts: ({ lastRev }) => [{ put: 'reaction', record: { room, seq: at, emoji, user, isOn, rev: lastRev } }],
      })
    },
  }
}

const asPair = ({ advances, puts }: Unit) => [advances, puts] as const
