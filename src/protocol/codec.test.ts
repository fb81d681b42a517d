/** Messages to frames and back [faults S4 S5]. */

import { expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { Refusal } from './check.ts'
import { closeAdvice, closeCodes } from './close-codes.ts'
import { decodeClientMessage, decodeServerMessage, encodeFrame } from './codec.ts'
import { errorCodes, wireError } from './errors.ts'
import { limits } from './limits.ts'
import { mentionsIn, splitMentions } from './mentions.ts'

const ping = encodeFrame({ type: 'ping' })
const pings = (count: number): string => Array.from({ length: count }, () => ping).join('\n')
const deep = (open: string, close: string): string => open.repeat(10_000) + close.repeat(10_000)
const sendOf = (id: unknown): string => JSON.stringify({ type: 'do', commands: [{ id, cmd: 'send', room: 'r' }] })

test('a message is one frame, or several on lines of their own, in order', () => {
  expect(decodeClientMessage(ping)).toEqual([{ type: 'ping' }])
  expect(decodeClientMessage(`${ping}\n{"type":"pong"}\r\n${ping}`)).toEqual([
    { type: 'ping' },
    { type: 'pong' },
    { type: 'ping' },
  ])
})

test('a frame that cannot be understood is refused in its place', () => {
  const [first, second, third] = decodeClientMessage(`${ping}\nnot json\n{"type":"follow","room":"r","rev":-1}`)
  expect(first).toEqual({ type: 'ping' })
  expect(second).toMatchObject({ code: 'bad_frame', message: 'not JSON' })
  expect(third).toMatchObject({ code: 'bad_input', path: 'rev' })
})

test('[faults S4] a message of too many frames is refused as a whole', () => {
  expect(decodeClientMessage(pings(limits.framesPerMessageMax))).toHaveLength(limits.framesPerMessageMax)
  const refused = decodeClientMessage(pings(limits.framesPerMessageMax + 1))
  expect(refused).toMatchObject([{ code: 'bad_frame', limit: 'framesPerMessageMax' }])
  expect(decodeClientMessage('\n'.repeat(limits.frameBytesMax))).toHaveLength(1)
})

test('[faults S5] ten thousand levels of nesting are refused like any other nonsense', () => {
  for (const nested of [deep('[', ']'), deep('{"a":', '}').replace(':}', ':1}'), `{"type":${deep('[', ']')}}`]) {
    const [frame] = decodeClientMessage(nested)
    const error = frame instanceof Refusal ? JSON.stringify(frame.toWireError()) : 'let through'
    expect(error).toContain('bad_')
    expect(error.length).toBeLessThan(1_000)
  }
  const command = `{"type":"do","commands":[{"id":"a","cmd":"send","room":"r","body":${deep('[', ']')}}]}`
  expect(decodeClientMessage(command)).toMatchObject([
    { type: 'do', commands: [{ id: 'a', refused: { code: 'bad_input', field: 'body' } }] },
  ])
})

test('a refused command keeps its id, so that it can be answered; without one the frame is refused', () => {
  expect(decodeClientMessage(sendOf('a'))).toMatchObject([{ commands: [{ id: 'a', refused: { field: 'body' } }] }])
  expect(decodeClientMessage(sendOf('a b'))).toMatchObject([{ code: 'bad_input', path: 'commands.0.id' }])
  expect(decodeClientMessage('{"type":"query","id":"q","query":{"query":"none"}}')).toMatchObject([
    { type: 'refused_query', id: 'q', refused: { field: 'query.query' } },
  ])
  expect(decodeClientMessage('{"type":"query","query":{"query":"tokens"}}')).toMatchObject([{ path: 'id' }])
})

test.each([11, 12])('[faults S5] no text throws (seed %i)', (seed) => {
  const random = seededRandom(seed)
  const valid = `${ping}\n{"type":"do","commands":[{"id":"a","cmd":"send","room":"r","body":"한글 👍"}]}`
  const pieces = ['{', '}', '[', ']', '"', ':', ',', '\n', '\\u0000', '\\ud800', '\0', '1e999', 'null', '\u2028']
  for (let round = 0; round < 5_000; round++) {
    let text = valid
    for (let change = 0; change <= random() * 4; change++) {
      const at = Math.floor(random() * text.length)
      const piece = pieces[Math.floor(random() * pieces.length)] ?? ''
      text = text.slice(0, at) + piece + text.slice(at + Math.floor(random() * 8))
    }
    for (const frame of decodeClientMessage(text)) expect(typeof frame).toBe('object')
    expect(Array.isArray(decodeServerMessage(text))).toBe(true)
  }
})

test('a client drops what it does not know from a newer server', () => {
  const frames = decodeServerMessage('{"type":"drain","afterMs":1,"jitterMs":2}\n\n[1]\nnull\n{"no":"type"}\nx')
  expect(frames).toEqual([{ type: 'drain', afterMs: 1, jitterMs: 2 }])
})

test('an error says what a client may do; details of its own replace nothing else', () => {
  expect(wireError('too_fast', { retryAfterMs: 5 })).toEqual({
    code: 'too_fast',
    temporary: true,
    retryAfterMs: 5,
    message: errorCodes.too_fast.says,
  })
  for (const { status, temporary } of Object.values(errorCodes)) expect(temporary).toBe(status === 429 || status >= 500)
})

test('the band of a close code tells what to do, also with codes to come', () => {
  expect(closeAdvice(closeCodes.session_ended)).toBe('sign_in')
  expect(closeCodes).toMatchObject({ session_ended: 4101, deactivated: 4102 })
  expect([4000, 4099, 4100, 4199, 4200, 4299, 4300, 4399, 4400, 1006, 1001].map(closeAdvice)).toEqual([
    'give_up',
    'give_up',
    'sign_in',
    'sign_in',
    'back_off',
    'back_off',
    'reconnect',
    'reconnect',
    'back_off',
    'back_off',
    'back_off',
  ])
})

test('mentions are found by id, each once, whatever stands behind them', () => {
  expect(mentionsIn('회의는 <@u1>님이, <@u_2-3>와 <@u1>이 <@> <@a b> <@u4')).toEqual(['u1', 'u_2-3'])
  const many = Array.from({ length: 80 }, (_, index) => `<@u${index}>`).join('')
  expect(mentionsIn(many)).toHaveLength(limits.mentionsPerMessageMax)
  expect(splitMentions('a<@u1>b<@u2>')).toEqual(['a', { user: 'u1' }, 'b', { user: 'u2' }])
  expect(splitMentions('plain')).toEqual(['plain'])
  expect(splitMentions('')).toEqual([])
})

test('[faults S8] looking for mentions takes its time by the length, not by the tricks', () => {
  const tricky = '<@'.repeat(60_000) + '<@a'.repeat(60_000)
  const startMs = performance.now()
  expect(mentionsIn(tricky)).toEqual([])
  expect(performance.now() - startMs).toBeLessThan(500)
})
