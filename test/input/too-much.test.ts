/** More than the limits of PROTOCOL.md allow, against a real server: refused in words, or the link is closed. */

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Person } from '../faults/village.ts'
import { grownMiB, residentMiB } from '../faults/memory.ts'
import { type Frame, errorOf, isReply, signedIn } from './frames.ts'
import { frameOf, openUpgraded } from './raw.ts'
import { type UnderAttack, openUnderAttack } from './under-attack.ts'

/** What V8 has not collected yet; without the bounds it would be hundreds. */
const grownMiBMax = 90

let at: UnderAttack
let author: Person

beforeAll(async () => {
  at = await openUnderAttack()
  author = at.somebody()
})
afterEach(async () => assert.deepEqual(await at.harm(), []))
afterAll(async () => at[Symbol.asyncDispose]())

test('[E4] more commands than the limit are answered too_fast, and go through after retryAfterMs', async () => {
  using wire = await signedIn(at.server, at.somebody())
  const ids = Array.from({ length: 100 }, (_, index) => `fast-${index}`)
  const commandOf = (id: string): Frame => ({ id, cmd: 'react', room: at.room, seq: 1, emoji: '👍', isOn: true })
  for (let from = 0; from < ids.length; from += 20) {
    wire.send({ type: 'do', commands: ids.slice(from, from + 20).map(commandOf) })
  }
  const refused: Frame[] = []
  for (const id of ids) {
    const error = errorOf(await wire.next(isReply(id), id))
    if (error['code'] === 'too_fast') refused.push(error)
  }
  expect(refused.length).toBeGreaterThan(10)
  expect(refused.length).toBeLessThanOrEqual(40)
  expect(refused[0]).toMatchObject({ temporary: true, limit: 'commandsPerSecond' })
  await sleep(Number(refused[0]?.['retryAfterMs']) + 50)
  const last = ids.at(-1) ?? ''
  wire.send({ type: 'do', commands: [commandOf(last)] })
  expect(errorOf(await wire.next(isReply(last), 'an answer'))).not.toMatchObject({ code: 'too_fast' })
})

test('[E4] more queries than the limit are answered too_fast', async () => {
  using wire = await signedIn(at.server, at.somebody())
  for (let index = 0; index < 90; index++) wire.send({ type: 'query', id: `q-${index}`, query: { query: 'sessions' } })
  const last = await wire.next(isReply('q-89'), 'an answer')
  expect(errorOf(last)).toMatchObject({ code: 'too_fast', limit: 'queriesPerSecond', temporary: true })
})

test.each([
  { code: 1009, what: 'a message over the limit', messages: () => [`{"type":"ping"}${' '.repeat(256 * 1024)}`] },
  { code: 4000, what: 'text that is not JSON', messages: () => ['{"type":'] },
  { code: 4000, what: 'NaN', messages: () => ['{"type":"follow","room":null,"rev":NaN}'] },
  { code: 4000, what: 'a binary message', messages: () => [new TextEncoder().encode('{"type":"ping"}')] },
  { code: 4000, what: '33 frames in a message', messages: () => [Array(33).fill('{"type":"ping"}').join('\n')] },
  {
    code: 4201,
    what: '300 follows',
    messages: () => Array<string>(300).fill(`{"type":"follow","room":"${at.room}","rev":0}`),
  },
])('[E4 E5] $what closes the link with $code', async ({ code, messages }) => {
  using wire = await signedIn(at.server, author)
  for (const message of messages()) wire.sendRaw(message)
  expect(await wire.closed).toBe(code)
})

test.each([
  { what: 'pings', message: frameOf('{"type":"ping"}') },
  { what: 'pings of the WebSocket', message: frameOf('x'.repeat(125), { opcode: 9 }) },
  { what: 'frames whose refusals are fifty times as long', message: frameOf(Array(32).fill('{}').join('\n')) },
])('[G8 E4] who sends $what without end and never reads costs no memory', async ({ message }) => {
  const { pid } = at.server
  // The heap grows with the first of it, also of one who reads.
  expect(await pour(message, { isRead: true })).toBeGreaterThan(100_000)
  const before = residentMiB(pid)
  expect(await pour(message, { isRead: false })).toBeGreaterThan(100_000)
  expect(grownMiB(pid, before) ?? 0).toBeLessThan(grownMiBMax)
})

/** For a second and a half, or until the server ends it. Gives how many bytes were written. */
async function pour(message: Buffer, { isRead }: { readonly isRead: boolean }): Promise<number> {
  using flooder = await openUpgraded(at.server.url)
  if (isRead) flooder.ignore()
  else flooder.socket.pause()
  flooder.write(frameOf(JSON.stringify({ type: 'hello', token: author.token })))
  const chunk = Buffer.concat(Array<Buffer>(500).fill(message))
  const endMs = performance.now() + 1_500
  let poured = 0
  while (performance.now() < endMs && !flooder.socket.destroyed) {
    if (flooder.socket.writableLength < 4 * 2 ** 20) {
      flooder.socket.write(chunk)
      poured += chunk.length
    }
    await sleep(1)
  }
  return poured
}
