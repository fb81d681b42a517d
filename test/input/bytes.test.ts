/** What comes below the frames of the protocol: broken WebSocket frames, fragments, and connections that end anywhere. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Person } from '../faults/village.ts'
import { frameOf, openRaw, openUpgraded, upgradeRequest } from './raw.ts'
import { type UnderAttack, openUnderAttack } from './under-attack.ts'

let at: UnderAttack
let person: Person

beforeAll(async () => {
  at = await openUnderAttack()
  person = at.somebody()
})
afterEach(async () => assert.deepEqual(await at.harm(), []))
afterAll(async () => at[Symbol.asyncDispose]())

const hello = (): Buffer => frameOf(JSON.stringify({ type: 'hello', token: person.token }))
const invalidUtf8 = Buffer.from([0x22, 0xc3, 0x28, 0x22])
const fragments = (count: number): Buffer =>
  Buffer.concat([
    frameOf('{', { isLast: false }),
    ...Array<Buffer>(count).fill(frameOf(' ', { opcode: 0, isLast: false })),
  ])

const conversation = (): Buffer =>
  Buffer.concat([
    Buffer.from(upgradeRequest(at.server.url)),
    hello(),
    frameOf(JSON.stringify({ type: 'follow', room: at.room, rev: 0 })),
    frameOf(
      JSON.stringify({
        type: 'do',
        commands: [{ id: 'r1', cmd: 'react', room: at.room, seq: 1, emoji: '👋', isOn: true }],
      }),
    ),
    frameOf(JSON.stringify({ type: 'query', id: 'q1', query: { query: 'people' } })),
    frameOf(Uint8Array.of(0x03, 0xe8), { opcode: 8 }),
  ])

describe('frames of the WebSocket that are wrong', () => {
  test.each([
    { code: 1002, what: 'a frame that is not masked', bytes: frameOf('{"type":"ping"}', { isMasked: false }) },
    { code: 1002, what: 'a reserved bit', bytes: frameOf('{"type":"ping"}', { reserved: 4 }) },
    { code: 1002, what: 'an opcode that is not used', bytes: frameOf('x', { opcode: 3 }) },
    { code: 1002, what: 'a ping of 126 bytes', bytes: frameOf('x'.repeat(126), { opcode: 9 }) },
    { code: 1002, what: 'a ping in pieces', bytes: frameOf('x', { opcode: 9, isLast: false }) },
    { code: 1002, what: 'a continuation of nothing', bytes: frameOf('x', { opcode: 0 }) },
    {
      code: 1002,
      what: 'a message within a message',
      bytes: Buffer.concat([frameOf('x', { isLast: false }), frameOf('y')]),
    },
    { code: 1002, what: 'a close with half a code', bytes: frameOf('x', { opcode: 8 }) },
    {
      code: 1002,
      what: 'a close with a code that is not used',
      bytes: frameOf(Uint8Array.of(0x03, 0xed), { opcode: 8 }),
    },
    { code: 1007, what: 'text that is not UTF-8', bytes: frameOf(invalidUtf8) },
    {
      code: 1007,
      what: 'a close whose reason is not UTF-8',
      bytes: frameOf(Buffer.concat([Buffer.from([0x03, 0xe8]), invalidUtf8]), { opcode: 8 }),
    },
    { code: 1008, what: '100 fragments', bytes: fragments(100) },
    { code: 1008, what: '100 000 fragments', bytes: fragments(100_000) },
    {
      code: 1009,
      what: 'a length of 2⁶² bytes',
      bytes: Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    },
    {
      code: 1009,
      what: 'a length that is announced and not sent',
      bytes: Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0]),
    },
    {
      code: 1009,
      what: 'fragments that are too long together',
      bytes: Buffer.concat([1, 0, 0].map((opcode) => frameOf('x'.repeat(100_000), { opcode, isLast: false }))),
    },
  ])('[E5] $what closes the link with $code', async ({ code, bytes }) => {
    using raw = await openUpgraded(at.server.url)
    raw.write(hello())
    raw.write(bytes)
    expect(await raw.closeCode()).toBe(code)
    await raw.ended
  })

  test('[E5] a message in fragments, with pings between them, is the message', async () => {
    using raw = await openUpgraded(at.server.url)
    raw.write(hello())
    // A frame that nobody may send twice: its answer shows that it was understood.
    const twice = JSON.stringify({ type: 'hello' })
    raw.write(frameOf(twice.slice(0, 5), { isLast: false }))
    raw.write(frameOf('?', { opcode: 9 }))
    raw.write(frameOf(twice.slice(5), { opcode: 0 }))
    expect(await raw.closeCode()).toBe(4000)
  })

  test('[E5] what comes in one piece with the handshake is taken as frames, and rubbish closes the link', async () => {
    using good = await openRaw(at.server.url)
    good.write(Buffer.concat([Buffer.from(upgradeRequest(at.server.url)), frameOf('{"type":"hello"}')]))
    expect(await good.closeCode()).toBe(4100)
    using bad = await openRaw(at.server.url)
    bad.write(`${upgradeRequest(at.server.url)}GET / HTTP/1.1\r\n\r\n`)
    expect([1002, 1006]).toContain(await bad.closeCode())
  })
})

describe('connections that end anywhere', () => {
  test('[E5] a reset after any part of a conversation disturbs nobody', async () => {
    const bytes = conversation()
    const stages = Array.from({ length: 120 }, (_, index) => Math.floor((bytes.length * index) / 119))
    for (const stage of stages) {
      const raw = await openRaw(at.server.url)
      raw.socket.write(bytes.subarray(0, stage), () => raw.reset())
      // A few are there at once; the next one does not wait for what the server makes of this one.
      await new Promise((resolve) => raw.socket.once('close', resolve))
    }
    expect(await at.harm()).toEqual([])
  })

  test('[E5] an end without a close after any part of a conversation disturbs nobody', async () => {
    const bytes = conversation()
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        using raw = await openRaw(at.server.url)
        raw.socket.end(bytes.subarray(0, Math.floor((bytes.length * index) / 59)))
        await raw.ended
      }),
    )
    expect(await at.harm()).toEqual([])
  })

  test('[E5] bytes by chance, at the door and behind it, disturb nobody', async () => {
    for (let round = 0; round < 60; round++) {
      using door = await openRaw(at.server.url)
      door.write(randomBytes(1 + round * 7))
      using inside = await openUpgraded(at.server.url)
      inside.write(randomBytes(1 + round * 61))
    }
    expect(await at.harm()).toEqual([])
  })
})
