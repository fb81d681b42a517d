/**
 * Bad input against a real server: each is answered as PROTOCOL.md says, its sender pays for it, and nobody else notices.
 * What is
 * too much is in test/input/too-much.test.ts, what comes before and below the frames in doors.test.ts and bytes.test.ts
 * there, and what chance makes up in fuzz.test.ts.
 */

import assert from 'node:assert/strict'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../src/app.ts'
import type { Person } from './faults/village.ts'
import { type Frame, expectPong, isError, isReply, isUnfollowed, okOf, signedIn } from './input/frames.ts'
import { type UnderAttack, openUnderAttack } from './input/under-attack.ts'

let at: UnderAttack
let author: Person
let other: Person

beforeAll(async () => {
  at = await openUnderAttack()
  author = at.somebody()
  other = at.somebody()
})
afterEach(async () => assert.deepEqual(await at.harm(), []))
afterAll(async () => at[Symbol.asyncDispose]())

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
const fields = (count: number): string => Array.from({ length: count }, (_, index) => `"f${index}":${index}`).join()
const send = (body: unknown, more = {}): Frame => ({ cmd: 'send', room: at.room, body, ...more })
const raw = (...commands: readonly string[]): string => `{"type":"do","commands":[${commands.join()}]}`

describe('frames that are refused leave the link open', () => {
  test.each([
    { what: 'an unknown type', text: () => '{"type":"dance"}', error: { code: 'bad_input', field: 'type' } },
    { what: 'no type', text: () => '{}', error: { code: 'bad_input', field: 'type' } },
    {
      what: 'a type from the prototype',
      text: () => '{"type":"constructor"}',
      error: { code: 'bad_input', field: 'type' },
    },
    { what: 'a list', text: () => '[]', error: { code: 'bad_input' } },
    { what: 'null', text: () => 'null', error: { code: 'bad_input' } },
    {
      what: 'commands that are no list',
      text: () => '{"type":"do","commands":{}}',
      error: { code: 'bad_input', field: 'commands' },
    },
    { what: 'a command that is no object', text: () => raw('7'), error: { code: 'bad_input', field: 'commands.0' } },
    { what: 'a command without an id', text: () => raw('{"cmd":"send"}'), error: { code: 'bad_input' } },
    {
      what: '21 commands',
      text: () => raw(...Array<string>(21).fill('{}')),
      error: { code: 'too_long', limit: 'commandsPerFrameMax' },
    },
    { what: '10 000 levels', text: () => `{"type":"do","commands":${deep(10_000)}}`, error: { code: 'bad_input' } },
    {
      what: '100 000 levels',
      text: () => `{"type":"ping","deep":${deep(100_000)}}`,
      error: { code: 'bad_input', field: 'deep' },
    },
    {
      what: '10 000 fields',
      text: () => `{"type":"ping",${fields(10_000)}}`,
      error: { code: 'bad_input', field: 'f0' },
    },
    {
      what: '__proto__',
      text: () => '{"type":"ping","__proto__":{"isAdmin":true}}',
      error: { code: 'bad_input', field: '__proto__' },
    },
    {
      what: 'a rev that is too large',
      text: () => `{"type":"follow","room":null,"rev":1e400}`,
      error: { code: 'bad_input', field: 'rev' },
    },
    {
      what: 'a rev below 0',
      text: () => `{"type":"follow","room":null,"rev":-1}`,
      error: { code: 'bad_input', field: 'rev' },
    },
    {
      what: 'a room that is a list',
      text: () => `{"type":"follow","room":["x"],"rev":0}`,
      error: { code: 'bad_input', field: 'room' },
    },
  ])('[E5] $what is answered $error', async ({ text, error }) => {
    using wire = await signedIn(at.server, author)
    wire.sendRaw(text())
    expect(await wire.next(isError, 'an error')).toMatchObject({ error: { ...error, temporary: false } })
    await expectPong(wire)
  })
})

describe('commands that are refused', () => {
  test.each([
    { what: 'an unknown one', command: () => ({ cmd: 'dance' }), error: { code: 'bad_input', field: 'cmd' } },
    {
      what: 'one for guests',
      command: () => ({ cmd: 'signIn', handle: 'owner', password: 'x' }),
      error: { code: 'bad_input' },
    },
    { what: 'a body that is a number', command: () => send(7), error: { code: 'bad_input', field: 'body' } },
    {
      what: 'a body that is an operator',
      command: () => send({ $ne: null }),
      error: { code: 'bad_input', field: 'body' },
    },
    { what: 'an empty body', command: () => send(''), error: { code: 'bad_input', field: 'body' } },
    { what: 'a NUL', command: () => send('a\0b'), error: { code: 'bad_input', field: 'body' } },
    { what: 'a lone surrogate', command: () => send('\uD800'), error: { code: 'bad_input', field: 'body' } },
    {
      what: '4001 syllables',
      command: () => send('가'.repeat(4_001)),
      error: { code: 'too_long', field: 'body', limit: 'bodyCharsMax' },
    },
    { what: 'a field of the server', command: () => send('x', { seq: 1 }), error: { code: 'bad_input', field: 'seq' } },
    {
      what: '__proto__ in a command',
      command: () => JSON.parse('{"cmd":"send","__proto__":{"a":1}}'),
      error: { code: 'bad_input', field: '__proto__' },
    },
    {
      what: 'a reply to half a message',
      command: () => send('x', { replyTo: 1.5 }),
      error: { code: 'bad_input', field: 'replyTo' },
    },
    { what: 'a room that is not there', command: () => send('x', { room: 'nowhere' }), error: { code: 'not_found' } },
    {
      what: 'a room with a path in it',
      command: () => send('x', { room: '../x' }),
      error: { code: 'bad_input', field: 'room' },
    },
    {
      what: 'a message that is not there',
      command: () => ({ cmd: 'edit', room: at.room, seq: 999_999, body: 'x' }),
      error: { code: 'not_found' },
    },
    {
      what: 'what owners may',
      command: () => ({ cmd: 'rename', room: at.room, name: 'mine' }),
      error: { code: 'forbidden' },
    },
    {
      what: 'what the server’s owners may',
      command: () => ({ cmd: 'deactivate', user: author.user }),
      error: { code: 'forbidden' },
    },
  ])('[E5] $what is answered $error', async ({ command, error }) => {
    using wire = await signedIn(at.server, other)
    // A neighbour in the same frame is done all the same.
    const [bad, good] = [newId(), newId()]
    const sane = { id: good, cmd: 'send', room: at.room, body: '멀쩡한 말' }
    // Assigned, not spread: a field called __proto__ is to stay one.
    const insane = JSON.stringify(command()).replace('{', `{"id":"${bad}",`)
    wire.sendRaw(raw(insane, JSON.stringify(sane)))
    expect(await wire.next(isReply(bad), 'a refusal')).toMatchObject({ error: { ...error, temporary: false } })
    expect(await wire.next(isReply(good), 'the neighbour')).toMatchObject({ ok: {} })
  })

  test('[E5] another person’s message cannot be edited, and a private room is as if it were not there', async () => {
    using mine = await signedIn(at.server, author)
    const id = 'not-yours'
    mine.send({
      type: 'do',
      commands: [
        { id, cmd: 'send', room: at.room, body: '내 말' },
        { id: 'p', cmd: 'createRoom', name: 'p', visibility: 'private' },
      ],
    })
    const { seq } = okOf(await mine.next(isReply(id), 'sent'))
    const { room } = okOf(await mine.next(isReply('p'), 'made'))
    using theirs = await signedIn(at.server, other)
    theirs.send({
      type: 'do',
      commands: [
        { id: 'x1', cmd: 'edit', room: at.room, seq, body: '남의 말' },
        { id: 'x2', cmd: 'send', room, body: 'x' },
      ],
    })
    theirs.send({ type: 'query', id: 'x3', query: { query: 'history', room, limit: 1, before: 9 } })
    theirs.send({ type: 'follow', room, rev: 0 })
    expect(await theirs.next(isReply('x1'), 'refused')).toMatchObject({ error: { code: 'forbidden' } })
    expect(await theirs.next(isReply('x2'), 'refused')).toMatchObject({ error: { code: 'not_found' } })
    expect(await theirs.next(isReply('x3'), 'refused')).toMatchObject({ error: { code: 'not_found' } })
    expect(await theirs.next(isUnfollowed(room), 'refused')).toMatchObject({ error: { code: 'not_found' } })
  })

  test('[E4] lengths are counted in code points: 4000 of two UTF-16 units each are not too long', async () => {
    using wire = await signedIn(at.server, author)
    wire.send({ type: 'do', commands: [{ ...send('🍜'.repeat(4_000)), id: 'noodles' }] })
    expect(await wire.next(isReply('noodles'), 'an answer')).toMatchObject({ ok: {} })
  })
})
