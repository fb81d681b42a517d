/** Rules S9 and S10: what is loaded is what was put. */

import { expect, test } from 'vitest'
import { commandId, inviteId, rev, roomId, seq, userId } from '../../protocol/ids.ts'
import type { Put, Store } from '../store.ts'
import {
  commitOne,
  creating,
  fact,
  joon,
  memberRecord,
  messageRecord,
  mina,
  roomRecord,
  sending,
  sessionRecord,
  tokenRecord,
  userRecord,
  worldIn,
  yard,
} from './world.ts'

export function testFacts(open: () => Promise<Store>): void {
  test('[S9] facts come in the order of their needs, null where there is none', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina] })
    const [user, id] = [userId('nobody'), commandId('none')]
    expect(
      await store.load([
        { need: 'room', room: roomId('none') },
        { need: 'user', user: mina },
        { need: 'direct', directKey: 'a b' },
        { need: 'member', room: yard, user },
        { need: 'members', room: roomId('none'), limit: 3 },
        { need: 'mentions', room: yard, user },
        { need: 'message', room: yard, seq: seq(1) },
        { need: 'sent', room: yard, author: user, id },
        { need: 'reaction', room: yard, seq: seq(1), emoji: '👍', user },
        { need: 'emojiCount', room: yard, seq: seq(1) },
        { need: 'outcome', author: user, id },
        { need: 'handle', handle: 'nobody' },
        { need: 'sessionsOf', user },
        { need: 'tokensOf', user },
        { need: 'invite', invite: inviteId('none') },
        { need: 'reset', reset: 'none' },
      ]),
    ).toEqual([
      null,
      userRecord(mina, { lastRev: rev(2) }),
      null,
      null,
      [],
      [],
      null,
      null,
      null,
      0,
      null,
      null,
      [],
      [],
      null,
      null,
    ])
  })

  test('[S10] every record is loaded as it was put, also when it is put in place of another', async () => {
    await using store = await open()
    const room = roomRecord(yard, {
      directKey: 'joon mina',
      visibility: 'direct',
      topic: '가\u0000나 🇰🇷 \'"',
      memberCount: 2,
    })
    await commitOne(store, creating(room))
    const member = memberRecord(yard, joon, {
      isMember: false,
      role: 'owner',
      joinedSeq: seq(1),
      readSeq: seq(2),
      readEpoch: 3,
    })
    const reaction = { room: yard, seq: seq(1), emoji: '👍🏽', user: mina, isOn: false, rev: rev(9) }
    const invite = { invite: inviteId('i'), createdBy: mina, room: null, usesLeft: 2, createdAtMs: 3, expiresAtMs: 4 }
    const reset = { reset: 'r', user: mina, expiresAtMs: 4, isUsed: true }
    const session = sessionRecord('s', mina)
    const token = tokenRecord('t', mina)
    const puts: readonly Put[] = [
      { put: 'member', record: { ...member, isMember: true, readEpoch: 0 } },
      { put: 'member', record: member },
      { put: 'reaction', record: { ...reaction, isOn: true } },
      { put: 'reaction', record: reaction },
      { put: 'invite', record: { ...invite, usesLeft: 3 } },
      { put: 'invite', record: invite },
      { put: 'reset', record: { ...reset, isUsed: false } },
      { put: 'reset', record: reset },
      { put: 'session', record: { ...session, agent: 'old' } },
      { put: 'session', record: session },
      { put: 'token', record: token },
      { put: 'room', record: { ...room, name: '새 이름', rev: rev(1) } },
    ]
    expect(await commitOne(store, { advances: [], puts })).toEqual({ is: 'committed' })
    const loaded = await store.load([
      { need: 'direct', directKey: 'joon mina' },
      { need: 'member', room: yard, user: joon },
      { need: 'reaction', room: yard, seq: seq(1), emoji: '👍🏽', user: mina },
      { need: 'invite', invite: invite.invite },
      { need: 'reset', reset: 'r' },
      { need: 'session', session: session.session },
      { need: 'sessionsOf', user: mina },
      { need: 'tokensOf', user: mina },
    ])
    expect(loaded).toEqual([{ ...room, name: '새 이름' }, member, reaction, invite, reset, session, [session], [token]])
  })

  test('[S10] lists of facts hold what is current: members, emoji that are on, sessions and tokens not ended', async () => {
    await using store = await open()
    const world = worldIn(store)
    const people = ['a', 'b', 'c', 'd'].map((name) => userId(name))
    await world.room(yard, { members: people })
    await world.seat(yard, userId('a'), { isMember: false })
    const at = await world.say(yard, 'hello', { author: userId('b') })
    for (const emoji of ['👍', '🎉', '❤️']) await world.react(yard, at, { emoji })
    await world.react(yard, at, { emoji: '👍', user: joon })
    await world.react(yard, at, { emoji: '❤️', isOn: false })
    const puts: readonly Put[] = [
      { put: 'session', record: sessionRecord('ended', mina, { isEnded: true }) },
      { put: 'token', record: tokenRecord('over', mina, { isEnded: true }) },
    ]
    await commitOne(store, { advances: [], puts })
    const members = await fact(store, { need: 'members', room: yard, limit: 1 })
    expect(members.map(({ user }) => user)).toEqual(['b', 'c'])
    expect(await fact(store, { need: 'emojiCount', room: yard, seq: at })).toBe(2)
    expect(await fact(store, { need: 'sessionsOf', user: mina })).toEqual([])
    expect(await fact(store, { need: 'tokensOf', user: mina })).toEqual([])
  })

  test('[S11] mentions are those of the message as it is now: an edit replaces them, deleting ends them', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina, joon] })
    const of = (user: typeof mina) => fact(store, { need: 'mentions', room: yard, user })
    const first = await world.say(yard, 'both', { mentions: [joon, mina] })
    const second = await world.say(yard, 'one', { mentions: [joon] })
    expect(await of(joon)).toEqual([first, second])
    await world.rewrite(yard, first, { body: 'only mina', mentions: [mina] })
    expect([await of(joon), await of(mina)]).toEqual([[second], [first]])
    await world.rewrite(yard, second, { body: null, mentions: [joon] })
    expect(await of(joon)).toEqual([])
    expect(await fact(store, { need: 'room', room: yard })).toMatchObject({ lastSeq: 2 })
  })

  test('[S11] the newest 99 mentions are loaded, oldest first', async () => {
    await using store = await open()
    await commitOne(store, creating(roomRecord(yard)))
    const puts: Put[] = Array.from({ length: 120 }, (_, index) => ({
      put: 'message',
      record: messageRecord(yard, index + 1),
      mentions: [joon],
    }))
    await commitOne(store, { ...sending(yard, 1), puts })
    const seqs = await fact(store, { need: 'mentions', room: yard, user: joon })
    expect([seqs.length, seqs[0], seqs.at(-1)]).toEqual([99, 22, 120])
  })
}
