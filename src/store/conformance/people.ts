/** Rules S18 to S24: what is a person's own, lists, and heads. */

import assert from 'node:assert/strict'
import { expect, test } from 'vitest'
import { type Rev, commandId, inviteId, rev, roomId, seq, sessionId, userId } from '../../protocol/ids.ts'
import type { OwnRow } from '../../protocol/rows.ts'
import type { Put, Store } from '../store.ts'
import {
  commitOne,
  fact,
  joon,
  memberRecord,
  messageRecord,
  mina,
  sessionRecord,
  the,
  tokenRecord,
  userRecord,
  worldIn,
  yard,
} from './world.ts'

const nowMs = 500

export function testPeople(open: () => Promise<Store>): void {
  test('[S18] a session or token welcomes its person, with their rooms and the head they were read at', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina, joon] })
    await world.own(mina, (ownRev) => ({ put: 'session', record: sessionRecord('s', mina, { ownRev }) }))
    await commitOne(store, { advances: [], puts: [{ put: 'token', record: tokenRecord('t', mina) }] })
    const mentioned = await world.say(yard, 'hi', { author: joon, mentions: [mina] })
    const by = { nowMs, roomsMax: 10 }
    const welcome = {
      user: { id: mina, handle: 'mina.handle', name: 'mina 님', role: 'member', isActive: true },
      session: 's',
      expiresAtMs: 1000,
      server: { name: '' },
      rev: 3,
      rooms: [
        {
          kind: 'membership',
          rev: 2,
          room: {
            id: yard,
            name: 'yard 마당',
            topic: 'a topic',
            visibility: 'private',
            lastSeq: 1,
            lastRev: 4,
            others: [],
          },
          isMember: true,
          role: 'member',
          readSeq: 0,
          readEpoch: 0,
          mentions: [mentioned],
        },
      ],
      isLast: true,
    }
    expect(await store.welcome({ ...by, tokenHash: 'hash of s' })).toEqual(welcome)
    expect(await store.welcome({ ...by, tokenHash: 'hash of t' })).toEqual({
      ...welcome,
      session: 't',
      expiresAtMs: null,
    })
    expect(await store.welcome({ ...by, tokenHash: 'hash of nothing' })).toBeNull()
  })

  test('[S19 G6] nobody is welcomed by what has ended or expired, nor when deactivated; the head check says so, too', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.person(mina)
    await world.person(joon, { isActive: false })
    const puts: readonly Put[] = [
      { put: 'session', record: sessionRecord('good', mina) },
      { put: 'session', record: sessionRecord('ended', mina, { isEnded: true }) },
      { put: 'session', record: sessionRecord('expired', mina, { expiresAtMs: nowMs }) },
      { put: 'session', record: sessionRecord('inactive', joon) },
      { put: 'token', record: tokenRecord('token', mina) },
      { put: 'token', record: tokenRecord('ended-token', mina, { isEnded: true }) },
      { put: 'token', record: tokenRecord('inactive-token', joon) },
    ]
    await commitOne(store, { advances: [], puts })
    const names = ['good', 'ended', 'expired', 'inactive', 'token', 'ended-token', 'inactive-token', 'unknown']
    const valid = names.map((name) => name === 'good' || name === 'token')
    const welcomes = await Promise.all(
      names.map((name) => store.welcome({ tokenHash: `hash of ${name}`, nowMs, roomsMax: 1 })),
    )
    expect(welcomes.map((welcome) => welcome !== null)).toEqual(valid)
    const { sessions } = await store.heads({ rooms: [], users: [], sessions: names.map(sessionId), nowMs })
    expect(sessions).toEqual(valid)
  })

  test('[S18] memberships come by room id, each on one page, and only current ones', async () => {
    await using store = await open()
    const world = worldIn(store)
    for (const name of ['d', 'a', 'c', 'b']) await world.room(roomId(name), { members: [mina] })
    await world.seat(roomId('b'), mina, { isMember: false })
    await world.own(mina, (ownRev) => ({ put: 'session', record: sessionRecord('s', mina, { ownRev }) }))
    const welcome = await store.welcome({ tokenHash: 'hash of s', nowMs, roomsMax: 2 })
    expect([ids(welcome), welcome?.isLast]).toEqual([['a', 'c'], false])
    const next = await store.memberships({ user: mina, after: roomId('c'), limit: 2 })
    expect([ids(next), next.isLast]).toEqual([['d'], true])
  })

  test('[S20] a direct room names the others; mentions are the newest 99 behind the cursor, oldest first', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [joon, mina, userId('sua')], visibility: 'direct', directKey: 'joon mina sua' })
    const puts: Put[] = Array.from({ length: 120 }, (_, index) => ({
      put: 'message',
      record: messageRecord(yard, index + 1, { author: joon }),
      mentions: [mina],
    }))
    const seen = async () => {
      const [membership] = (await store.memberships({ user: mina, after: roomId(''), limit: 1 })).rooms
      assert(membership)
      const { mentions, room } = membership
      return { others: room.others, count: mentions.length, first: mentions[0], last: mentions.at(-1) }
    }
    await commitOne(store, { advances: [], puts: [...puts, readTo(0)] })
    expect(await seen()).toEqual({ others: ['joon', 'sua'], count: 99, first: 22, last: 120 })
    await commitOne(store, { advances: [], puts: [readTo(100)] })
    expect(await seen()).toEqual({ others: ['joon', 'sua'], count: 20, first: 101, last: 120 })
  })

  test('[S21 G4] own changes are memberships, profile and sessions by rev, page by page up to the head', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina] })
    await world.own(mina, (ownRev) => ({ put: 'session', record: sessionRecord('s', mina, { ownRev }) }))
    await world.own(mina, (at, now) => ({ put: 'user', record: { ...now, rev: at, name: '김미나' } }))
    await world.room(roomId('zoo'), { members: [mina] })
    await world.own(mina, (ownRev) => ({ put: 'session', record: sessionRecord('s', mina, { ownRev, isEnded: true }) }))
    const rows = await ownCatchUp(store, rev(0))
    expect(rows).toEqual([
      expect.objectContaining({ kind: 'membership', rev: 2, room: expect.objectContaining({ id: yard }) }),
      {
        kind: 'profile',
        rev: 4,
        user: { id: mina, handle: 'mina.handle', name: '김미나', role: 'member', isActive: true },
      },
      expect.objectContaining({ kind: 'membership', rev: 5, room: expect.objectContaining({ id: 'zoo' }) }),
      { kind: 'session', rev: 6, session: 's', agent: 'a browser', startedAtMs: 1, seenAtMs: 1, isEnded: true },
    ])
    expect(await ownCatchUp(store, rev(4))).toEqual(rows.slice(2))
    expect(await ownCatchUp(store, rev(6))).toEqual([])
  })

  test('[S21] who has left a private room sees of it that they left, and nothing new', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina, joon] })
    await world.say(yard, 'psst', { author: joon, mentions: [mina] })
    await world.seat(yard, mina, { isMember: false })
    const { rows } = await store.ownChanges({ user: mina, after: rev(2), limit: 9 })
    expect(rows).toEqual([
      {
        kind: 'membership',
        rev: 3,
        room: { id: yard, name: '', topic: '', visibility: 'private', lastSeq: 0, lastRev: 0, others: [] },
        isMember: false,
        role: 'member',
        readSeq: 0,
        readEpoch: 0,
        mentions: [],
      },
    ])
  })

  test('[S22] people and public rooms are listed by id, each on one page', async () => {
    await using store = await open()
    const world = worldIn(store)
    for (const name of ['c', 'a', 'b']) await world.person(userId(name), { isActive: name !== 'b' })
    expect(await store.people({ after: null, limit: 2 })).toMatchObject({
      users: [{ id: 'a' }, { id: 'b', isActive: false }],
      isLast: false,
    })
    expect(await store.people({ after: userId('b'), limit: 2 })).toMatchObject({ users: [{ id: 'c' }], isLast: true })
    expect(await store.users(['c', 'nobody', 'a'].map(userId))).toMatchObject([
      { id: 'c', isActive: true },
      { id: 'a' },
    ])
    for (const name of ['z', 'x', 'y']) await world.room(roomId(name), { members: [mina], visibility: 'public' })
    await world.room(yard, { members: [mina], visibility: 'private' })
    await world.seat(roomId('y'), mina, { isMember: false })
    const page = (after: string | null) =>
      store.publicRooms({ viewer: mina, after: after === null ? null : roomId(after), limit: 2 })
    const first = {
      id: 'x',
      name: 'x 마당',
      topic: 'a topic',
      visibility: 'public',
      lastSeq: 0,
      lastRev: 2,
      others: [],
      isMember: true,
      memberCount: 1,
    }
    expect(await page(null)).toEqual({
      rooms: [first, expect.objectContaining({ id: 'y', isMember: false })],
      isLast: false,
    })
    expect(await page('y')).toMatchObject({ rooms: [{ id: 'z', isMember: true }], isLast: true })
  })

  test('[S22] invites are those that can still be used', async () => {
    await using store = await open()
    const good = [invite('a'), invite('b', { createdBy: joon, room: yard, createdAtMs: 2 })]
    const records = [...good, invite('used', { usesLeft: 0 }), invite('expired', { expiresAtMs: nowMs })]
    await commitOne(store, { advances: [], puts: records.map((record) => ({ put: 'invite', record })) })
    expect(await store.invites({ nowMs, createdBy: null })).toEqual(good)
    expect(await store.invites({ nowMs, createdBy: joon })).toEqual(good.slice(1))
  })

  test('[S23 G4] the heads of many streams come in one answer, 0 for what is not there', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina] })
    await world.say(yard, 'hello')
    const heads = await store.heads({
      rooms: [roomId('none'), yard],
      users: [mina, userId('none')],
      sessions: [],
      nowMs,
    })
    expect(heads).toEqual({
      rooms: [
        { lastRev: 0, lastSeq: 0 },
        { lastRev: 3, lastSeq: 1 },
      ],
      users: [2, 0],
      sessions: [],
    })
  })

  test('[S24] that a session was seen moves its time forward, and no rev', async () => {
    await using store = await open()
    await worldIn(store).person(mina)
    const record = sessionRecord('s', mina)
    await commitOne(store, { advances: [], puts: [{ put: 'session', record }] })
    await store.seen({ sessions: [record.session, sessionId('none')], atMs: 50 })
    await store.seen({ sessions: [record.session], atMs: 40 })
    expect(await fact(store, { need: 'session', session: record.session })).toEqual({ ...record, seenAtMs: 50 })
    expect(await fact(store, { need: 'user', user: mina })).toEqual(userRecord(mina))
  })

  test('[S24] calls that are made together are all answered, each with its own', async () => {
    await using store = await open()
    const world = worldIn(store)
    await world.room(yard, { members: [mina] })
    for (let at = 1; at <= 20; at++) await world.say(yard, `m${at}`)
    const found = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        the(store, { need: 'sent', room: yard, author: mina, id: commandId(`m${index + 1}`) }),
      ),
    )
    expect(found.map((message) => message.seq)).toEqual(found.map((_, index) => index + 1))
  })
}

/** All pages of a person's rows after a rev, one row a page. */
async function ownCatchUp(store: Store, after: Rev): Promise<readonly OwnRow[]> {
  const rows: OwnRow[] = []
  for (let from = after; ;) {
    const page = await store.ownChanges({ user: mina, after: from, limit: 1 })
    rows.push(...page.rows)
    if (page.isLast) {
      assert.equal(page.through, (await the(store, { need: 'user', user: mina })).lastRev)
      return rows
    }
    expect(page).toMatchObject({ rows: [{ rev: page.through }] })
    from = page.through
  }
}

const ids = (of: { readonly rooms: readonly { readonly room: { readonly id: string } }[] } | null) =>
  of?.rooms.map(({ room }) => room.id)

const readTo = (at: number): Put => ({ put: 'member', record: memberRecord(yard, mina, { readSeq: seq(at) }) })

const invite = (name: string, over = {}) => ({
  invite: inviteId(name),
  createdBy: mina,
  room: null,
  usesLeft: 1,
  createdAtMs: 1,
  expiresAtMs: 1000,
  ...over,
})
