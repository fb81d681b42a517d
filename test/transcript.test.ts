/** The conversation of PROTOCOL.md, held with a real server; and how it says that conversations end. */

import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setUp, signUp } from './docs/door.ts'
import { blocks, read } from './docs/markdown.ts'
import { type Bindings, filled, matched, parseTranscript } from './docs/transcript.ts'
import { openWire } from './docs/wire.ts'
import { type TestServer, openServer } from './server.ts'

const [transcript] = blocks({ file: 'PROTOCOL.md', text: read('PROTOCOL.md') }).filter(
  ({ language }) => language === 'transcript',
)
const password = 'a long enough one'

/** These come when they come: the page shows them where they are sure to. */
const byTheClock = new Set(['ping', 'presence', 'user', 'bump'])

test('PROTOCOL.md: a real server answers each line of the transcript as the page says, and nothing else', async () => {
  await using server = await openServer()
  const haeun = await setUp(server, { handle: 'haeun', name: '김하은', password }, '마당')
  const minji = await signUp(server, haeun, { handle: 'minji', name: '박민지', password })
  using wire = await openWire(server)
  let bindings: Bindings = new Map([
    ['$token', haeun.token],
    ['$me', haeun.user],
    ['$minji', minji.user],
  ])

  const lines = parseTranscript(transcript?.text ?? '')
  for (const line of lines) {
    if (line.is === 'sent') {
      wire.send(filled(line.frame, bindings))
      continue
    }
    const isShown = (frame: unknown): boolean => matched(line.frame, frame, bindings) !== null
    const what = `PROTOCOL.md:${(transcript?.line ?? 0) + line.at}: ${JSON.stringify(line.frame)}`
    const answer = await wire.next(isShown, what)
    bindings = matched(line.frame, answer, bindings) ?? bindings
  }

  expect(lines.length).toBeGreaterThan(40)
  const notShown = wire.rest().filter((frame) => !byTheClock.has(typeOf(frame)))
  expect(notShown).toEqual([])
})

describe('PROTOCOL.md: how it ends', () => {
  let server: TestServer
  let token: string
  beforeAll(async () => {
    server = await openServer()
    token = (await setUp(server, { handle: 'haeun', name: '김하은', password }, '마당')).token
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const offered = { 'sec-websocket-protocol': 'madang.v1' }
  test.each([
    { status: 101, path: '/ws', headers: offered },
    { status: 101, path: '/ws', headers: { ...offered, 'sec-websocket-protocol': 'madang.v2, madang.v1' } },
    { status: 400, path: '/ws', headers: {} },
    { status: 403, path: '/ws', headers: { ...offered, origin: 'https://elsewhere.example' } },
    { status: 403, path: '/ws', headers: { ...offered, cookie: 'madang_session=x' } },
    { status: 404, path: '/socket', headers: offered },
    { status: 426, path: '/ws', headers: { ...offered, 'sec-websocket-version': '8' } },
  ])('an upgrade of $path with $headers is answered $status', async ({ status, path, headers }) => {
    expect(await upgradeStatus(new URL(path, server.url), headers)).toBe(status)
  })

  const hello = (): string => JSON.stringify({ type: 'hello', token })
  test.each([
    { code: 4000, what: 'a binary message', messages: () => [new Uint8Array([1])] },
    { code: 4000, what: 'what is not JSON', messages: () => ['hello'] },
    { code: 4000, what: 'another frame than hello', messages: () => ['{"type":"follow","room":null,"rev":0}'] },
    { code: 4000, what: 'a second hello', messages: () => [`${hello()}\n${hello()}`] },
    {
      code: 4000,
      what: 'more than 32 frames in a message',
      messages: () => [Array(33).fill('{"type":"ping"}').join('\n')],
    },
    { code: 4100, what: 'a hello with no token', messages: () => ['{"type":"hello"}'] },
    { code: 4100, what: 'a hello with a wrong token', messages: () => ['{"type":"hello","token":"wrong"}'] },
    {
      code: 4201,
      what: '17 frames behind a hello',
      messages: () => [[hello(), ...Array(17).fill('{"type":"ping"}')].join('\n')],
    },
    { code: 1009, what: 'more than 256 KiB', messages: () => [' '.repeat(256 * 1024 + 1)] },
  ])('$what is closed with $code', async ({ code, messages }) => {
    using wire = await openWire(server)
    for (const message of messages()) wire.sendRaw(message)
    expect(await wire.closed).toBe(code)
  })
})

test('[G1 G7] what was acknowledged is there after a kill and a restart, and a stop says that it drains', async () => {
  await using server = await openServer()
  const haeun = await setUp(server, { handle: 'haeun', name: '김하은', password }, '마당')
  using first = await openWire(server)
  first.send({ type: 'hello', token: haeun.token })
  first.send({ type: 'do', commands: [{ id: 'c1', cmd: 'createRoom', name: '점심', visibility: 'private' }] })
  const made = await first.next((frame) => matched({ re: 'c1' }, frame, new Map()) !== null, 'a room')
  const room = matched({ ok: { room: '$room' } }, made, new Map())?.get('$room')
  first.send({ type: 'do', commands: [{ id: 'm1', cmd: 'send', room, body: '국수' }] })
  await first.next((frame) => matched({ re: 'm1', ok: { seq: 1 } }, frame, new Map()) !== null, 'an acknowledgement')

  await server.kill()
  await server.restart()

  using second = await openWire(server)
  second.send({ type: 'hello', token: haeun.token })
  second.send({ type: 'follow', room, rev: 0 })
  const snapshot = { type: 'snapshot', lastSeq: 1, messages: [{ seq: 1, id: 'm1', body: '국수' }] }
  await second.next((frame) => matched(snapshot, frame, new Map()) !== null, 'the message')

  const stopped = server.stop()
  await second.next(
    (frame) => matched({ type: 'drain', afterMs: '…', jitterMs: '…' }, frame, new Map()) !== null,
    'a drain',
  )
  expect(await second.closed).toBe(4300)
  expect(await stopped).toBe(0)
})

async function upgradeStatus(url: URL, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const handshake = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  }
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { ...handshake, ...headers } })
    asked.on('error', reject)
    asked.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy()
      resolve(statusCode)
    })
    asked.on('response', (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    asked.end()
  })
}

function typeOf(frame: unknown): string {
  return typeof frame === 'object' && frame !== null && 'type' in frame ? String(frame.type) : ''
}
