/** Bad requests at the doors: the WebSocket's handshake and the HTTP API of a real server. */

import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Person } from '../faults/village.ts'
import { frameOf, openRaw, upgradeRequest } from './raw.ts'
import { type UnderAttack, openUnderAttack } from './under-attack.ts'

let at: UnderAttack
let person: Person

beforeAll(async () => {
  at = await openUnderAttack()
  person = at.somebody()
})
afterEach(async () => assert.deepEqual(await at.harm(), []))
afterAll(async () => at[Symbol.asyncDispose]())

const host = (): string => new URL(at.server.url).host
const own = (): string => `http://${host()}`

const send = (): string => 'api/commands/send'
const body = (): string => JSON.stringify({ room: at.room, body: 'HTTP로' })

describe('handshakes', () => {
  test.each([
    { status: 101, what: 'our own origin', headers: () => ({ origin: own() }) },
    { status: 403, what: 'the origin null', headers: () => ({ origin: 'null' }) },
    {
      status: 403,
      what: 'our host as the beginning of another',
      headers: () => ({ origin: `http://${host()}.evil.example` }),
    },
    { status: 403, what: 'our host as a name before @', headers: () => ({ origin: `http://${host()}@evil.example` }) },
    { status: 403, what: 'our host at another port', headers: () => ({ origin: 'http://127.0.0.1:1' }) },
    { status: 403, what: 'an origin with a path', headers: () => ({ origin: `${own()}/room` }) },
    { status: 403, what: 'an origin of another scheme', headers: () => ({ origin: `file://${host()}` }) },
    { status: 403, what: 'a cookie and no origin', headers: () => ({ cookie: 'madang_session=x' }) },
    { status: 400, what: 'no subprotocol', headers: () => ({ 'sec-websocket-protocol': '' }) },
    { status: 400, what: 'another subprotocol', headers: () => ({ 'sec-websocket-protocol': 'madang.v1x, chat' }) },
    { status: 426, what: 'another version', headers: () => ({ 'sec-websocket-version': '8' }) },
    { status: 426, what: 'HTTP/1.0', headers: () => ({}), line: 'GET /ws HTTP/1.0' },
    { status: 404, what: 'another path', headers: () => ({}), line: 'GET /ws/../ws2 HTTP/1.1' },
    { status: 404, what: 'a path of the prototype', headers: () => ({}), line: 'GET /constructor HTTP/1.1' },
    { status: 405, what: 'another method', headers: () => ({}), line: 'DELETE /ws HTTP/1.1' },
    { status: 400, what: 'a body', headers: () => ({ 'content-length': '5' }) },
    { status: 400, what: 'a chunked body', headers: () => ({ 'transfer-encoding': 'chunked' }) },
    {
      status: 400,
      what: 'both lengths of a body',
      headers: () => ({ 'content-length': '5', 'transfer-encoding': 'chunked' }),
    },
    { status: 400, what: 'a wrong key', headers: () => ({ 'sec-websocket-key': 'short' }) },
    {
      status: 101,
      what: 'an extension that cannot be, which is not taken',
      headers: () => ({ 'sec-websocket-extensions': 'permessage-deflate; =' }),
    },
    {
      status: 101,
      what: 'an extension of the prototype, which is not taken',
      headers: () => ({ 'sec-websocket-extensions': 'constructor' }),
    },
    {
      status: 431,
      what: 'a protocol of 32 KB',
      headers: () => ({ 'sec-websocket-protocol': `b${' '.repeat(32_000)}x` }),
    },
    {
      status: 431,
      what: '2000 headers',
      headers: () => Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`x-${n}`, 'yes yes'])),
    },
    { status: 400, what: 'a header with a line break in its name', headers: () => ({ 'a\rb': 'x' }) },
  ])('[E3 E4 E5] $what is answered $status', async ({ status, headers, line }) => {
    using raw = await openRaw(at.server.url)
    raw.write(upgradeRequest(at.server.url, headers(), line))
    expect(await raw.status()).toBe(status)
  })

  test.each([
    { what: 'a cookie that is no session', cookie: 'madang_session=nobody' },
    { what: 'a cookie that is no text', cookie: 'madang_session=%00%ff; =; ;;' },
    { what: 'many cookies', cookie: Array(500).fill('madang_session=x').join('; ') },
  ])('[E3] $what is closed with 4100', async ({ cookie }) => {
    using raw = await openRaw(at.server.url)
    raw.write(upgradeRequest(at.server.url, { cookie, origin: own() }))
    raw.write(frameOf('{"type":"hello"}'))
    expect(await raw.closeCode()).toBe(4100)
  })
})

describe('HTTP', () => {
  test.each([
    { status: 200, what: 'what is right', path: send, text: body, headers: {} },
    {
      status: 413,
      what: 'a body over the limit',
      path: send,
      text: () => JSON.stringify({ body: 'x'.repeat(300_000) }),
      headers: {},
    },
    {
      status: 413,
      what: 'a message over the limit',
      path: send,
      text: () => JSON.stringify({ room: at.room, body: '가'.repeat(4_001) }),
      headers: {},
    },
    { status: 400, what: 'a body that is not JSON', path: send, text: () => '{"room":', headers: {} },
    { status: 400, what: 'an empty body', path: send, text: () => '', headers: {} },
    { status: 400, what: 'a list', path: send, text: () => '[]', headers: {} },
    {
      status: 400,
      what: '10 000 levels',
      path: send,
      text: () => `{"room":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      headers: {},
    },
    {
      status: 400,
      what: 'another id in the body',
      path: send,
      text: () => `{"__proto__":{"room":"x"},"body":"x"}`,
      headers: {},
    },
    {
      status: 400,
      what: 'an Idempotency-Key that is no id',
      path: send,
      text: body,
      headers: { 'idempotency-key': 'a b' },
    },
    {
      status: 400,
      what: 'an Idempotency-Key that is too long',
      path: send,
      text: body,
      headers: { 'idempotency-key': 'x'.repeat(65) },
    },
    { status: 400, what: 'an unknown command', path: () => 'api/commands/constructor', text: body, headers: {} },
    { status: 404, what: 'an unknown path', path: () => 'api/command', text: body, headers: {} },
    { status: 404, what: 'a query by POST', path: () => 'api/queries/sessions', text: body, headers: {} },
    { status: 401, what: 'a wrong token', path: send, text: body, headers: { authorization: 'Bearer wrong' } },
    { status: 401, what: 'another scheme', path: send, text: body, headers: { authorization: 'Basic eDp5' } },
    { status: 431, what: 'headers over the limit', path: send, text: body, headers: { 'x-flood': 'x'.repeat(20_000) } },
  ])('[E4 E5] $what is answered $status', async ({ status, path, text, headers }) => {
    const response = await fetch(new URL(path(), at.server.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${person.token}`, ...headers },
      body: text(),
    })
    const answer = await response.text()
    expect(response.status).toBe(status)
    const isCutOff = text().length > 256 * 1024
    expect(response.headers.get('connection') === 'close').toBe(isCutOff || status === 431)
    if (status === 200 || status === 431) return
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(JSON.parse(answer)).toMatchObject({ status, temporary: false })
  })

  test.each([
    { what: 'GET with a wrong query', status: 400, path: () => 'api/queries/history?room=%00&limit=x' },
    { what: 'a query that is not there', status: 400, path: () => 'api/queries/__proto__' },
    { what: 'a command by GET', status: 404, path: send },
    { what: 'a path out of the folder', status: 404, path: () => 'assets/..%2f..%2f..%2fpackage.json' },
    { what: 'a path that cannot be decoded', status: 404, path: () => 'assets/%E0%A4%A' },
  ])('[E5] $what is answered $status', async ({ status, path }) => {
    const headers = { authorization: `Bearer ${person.token}` }
    const response = await fetch(`${at.server.url}${path()}`, { headers })
    await response.text()
    expect(response.status).toBe(status)
  })

  test.each([
    { what: 'another length than the body has', text: 'content-length: 5\r\ncontent-length: 6\r\n\r\n{"a":1}' },
    { what: 'chunks that are none', text: 'transfer-encoding: chunked\r\n\r\nzz\r\n' },
    { what: 'a length below 0', text: 'content-length: -1\r\n\r\n' },
    { what: 'no HTTP at all', text: '\0\0\0\r\n\r\n' },
  ])('[E5] $what is answered 400, and the connection is ended', async ({ text }) => {
    using raw = await openRaw(at.server.url)
    raw.write(`POST /api/commands/send HTTP/1.1\r\nhost: ${host()}\r\nauthorization: Bearer ${person.token}\r\n${text}`)
    expect(await raw.status()).toBe(400)
    await raw.ended
  })

  test('[E4] bodies that come byte by byte keep nobody else waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, async () => openRaw(at.server.url)))
    const head = `POST /api/sign-in HTTP/1.1\r\nhost: ${host()}\r\ncontent-length: 1000\r\n\r\n`
    for (const raw of slow) raw.write(head)
    for (let byte = 0; byte < 20; byte++) {
      for (const raw of slow) raw.write(' ')
      await sleep(20)
    }
    expect(slow.every(({ socket }) => !socket.destroyed)).toBe(true)
    expect(await at.harm()).toEqual([])
    for (const raw of slow) raw.reset()
  })
})
