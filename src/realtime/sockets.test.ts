import { type Server, createServer } from 'node:http'
import { type Socket, connect } from 'node:net'
import { once } from 'node:events'

import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'

import { limits, subprotocol } from '../protocol/limits.ts'
import { spawner } from '../spawn.ts'
import { manualClock } from '../testing/manual-clock.ts'
import type { Connection, Consumer } from './consumer.ts'
import { openFlusher } from './flusher.ts'
import { frameText } from './frame-text.ts'
import { allowOrigins } from './origin.ts'
import { type SocketOptions, openSocketServer, socketDefaults } from './sockets.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

/** A server whose consumer records, echoes, and says that it is ready after `hello`. */
async function serve(options: Partial<SocketOptions> = {}) {
  const clock = manualClock()
  const reports: string[] = []
  const report = (event: string) => void reports.push(event)
  const received: string[] = []
  const closed: number[] = []
  const connections: Connection[] = []
  const addresses: string[] = []

  const http = createServer((_, response) => void response.end('plain'))
  const server = openSocketServer(
    http,
    {
      '/ws': (connection, request) => {
        connections.push(connection)
        addresses.push(request.remoteAddress)
        let isReady = false
        return {
          receive: (text) => {
            received.push(text)
            if (text === 'throw') throw new Error('consumer')
            isReady ||= text === 'hello'
            connection.send(`echo ${text}`)
          },
          isReady: () => isReady,
          ping: () => 'ping',
          closed: (code) => void closed.push(code),
        } satisfies Consumer
      },
      '/broken': () => {
        throw new Error('no consumer')
      },
    },
    { ...socketDefaults, ...options },
    { clock, report, spawn: spawner(report), random: () => 0, flusher: openFlusher({ report }) },
  )
  const port = await listen(http)
  closers.push(async () => {
    http.closeAllConnections()
    http.close()
    const disposing = server[Symbol.asyncDispose]()
    await until(async () => {
      await clock.advance(1_000)
      return server.stats().connections === 0
    })
    await disposing
  })
  return { clock, http, server, port, reports, received, closed, connections, addresses }
}

async function listen(http: Server): Promise<number> {
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const address = http.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Waits, by turns of the event loop, for what other sockets of this process do. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100_000; turn++) {
    if (await isSo()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('it did not come to that')
}

function client(port: number, { path = '/ws', protocols = [subprotocol], headers = {} } = {}) {
  const texts: string[] = []
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { headers, perMessageDeflate: false })
  ws.on('message', (message: Buffer) => texts.push(message.toString()))
  const errors: Error[] = []
  ws.on('error', (error) => errors.push(error))
  const opened = once(ws, 'open')
  opened.catch(() => undefined)
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  closers.push(async () => ws.terminate())
  return { ws, texts, errors, opened, closed }
}

/** The status that a client is refused with. */
async function refusal(port: number, options: Parameters<typeof client>[1]): Promise<number> {
  const { ws } = client(port, options)
  const answer = await new Promise<{ statusCode?: number | undefined }>((resolve) => {
    ws.on('unexpected-response', (_, response) => resolve(response))
  })
  return answer.statusCode ?? 0
}

const upgradeLines = (more: readonly string[] = []) => [
  'Host: chat.example.org',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
  `Sec-WebSocket-Protocol: ${subprotocol}`,
  ...more,
]

/** A bare TCP connection that has sent these bytes. */
function raw(port: number, bytes: string | Buffer): { socket: Socket; text: () => string; ended: Promise<void> } {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
  })
  socket.write(bytes)
  closers.push(async () => void socket.destroy())
  return { socket, text: () => text, ended }
}

const request = (lines: readonly string[], first = 'GET /ws HTTP/1.1') => `${[first, ...lines].join('\r\n')}\r\n\r\n`

/** A client's frame with a zero mask. */
function masked(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload])
}

test('a text goes to the consumer, and its answer comes back', async () => {
  const { port, addresses, server } = await serve()
  const { ws, texts, opened } = client(port)
  await opened
  expect(ws.protocol).toBe(subprotocol)
  ws.send('안녕')
  await until(() => texts.length === 1)
  expect(texts).toEqual(['echo 안녕'])
  expect(addresses).toEqual(['127.0.0.1'])
  expect(server.stats()).toEqual({ connections: 1, opened: 1, refused: 0 })
})

test('[S3] a page of another origin is refused, one of the same host or of a listed origin is not', async () => {
  const { port } = await serve({ isOriginAllowed: allowOrigins(['https://listed.example.org']) })
  expect(await refusal(port, { headers: { origin: 'https://evil.example.org' } })).toBe(403)
  expect(await refusal(port, { headers: { cookie: 'session=1' } })).toBe(403)
  await client(port, { headers: { origin: `http://127.0.0.1:${port}`, cookie: 'session=1' } }).opened
  await client(port, { headers: { origin: 'https://listed.example.org' } }).opened
  await client(port).opened
})

test('an unknown path, a missing subprotocol and another version are refused', async () => {
  const { port, server } = await serve()
  expect(await refusal(port, { path: '/other' })).toBe(404)
  expect(await refusal(port, { path: '/constructor' })).toBe(404)
  expect(await refusal(port, { protocols: [] })).toBe(400)
  expect(await refusal(port, { protocols: ['madang.v0'] })).toBe(400)
  await client(port, { protocols: ['madang.v9', subprotocol], path: '/ws?x=1' }).opened
  const old = raw(port, request(upgradeLines().map((line) => line.replace(': 13', ': 8'))))
  await old.ended
  expect(old.text()).toMatch(/^HTTP\/1.1 426 [\s\S]*Sec-WebSocket-Version: 13/)
  expect(server.stats()).toEqual({ connections: 1, opened: 1, refused: 5 })
})

test('[S4] connections are capped, in total and for an address', async () => {
  const all = await serve({ connectionsMax: 1 })
  const first = client(all.port)
  await first.opened
  expect(await refusal(all.port, {})).toBe(503)
  first.ws.close()
  await first.closed
  await until(() => all.server.stats().connections === 0)
  await client(all.port).opened

  const each = await serve({ connectionsPerAddressMax: 1, addressOf: ({ headers }) => String(headers['x-real-ip']) })
  await client(each.port, { headers: { 'x-real-ip': '10.0.0.1' } }).opened
  expect(await refusal(each.port, { headers: { 'x-real-ip': '10.0.0.1' } })).toBe(429)
  await client(each.port, { headers: { 'x-real-ip': '10.0.0.2' } }).opened
})

test('[S5] broken handshakes end with an answer or an end, and the server goes on', async () => {
  const { port, reports } = await serve()
  const bad = [
    request(upgradeLines(), 'POST /ws HTTP/1.1'),
    request(upgradeLines(), 'GET /ws HTTP/1.0'),
    request(upgradeLines().filter((line) => !line.includes('Key'))),
    request(upgradeLines([`Sec-WebSocket-Protocol: b${' '.repeat(8_000)}x`])),
    request(upgradeLines(['Upgrade: constructor'])),
    request(upgradeLines(['Content-Length: 5'])) + 'smugg',
    'GET /ws HTTP/1.1\r\nUpgrade\r\n\r\n',
    Buffer.from([0, 1, 2, 3, 255]),
  ]
  for (const bytes of bad) {
    const { ended, text, socket } = raw(port, bytes)
    await ended
    expect(text()).toMatch(/^(HTTP\/1.1 4\d\d |$)/)
    expect(socket.destroyed).toBe(true)
  }
  await client(port).opened
  expect(reports).toEqual([])
})

test('[S5] a reset at any byte of the handshake does no harm', async () => {
  const { port, reports, server } = await serve()
  const bytes = Buffer.concat([Buffer.from(request(upgradeLines())), masked(1, Buffer.from('hello'))])
  for (let cut = 1; cut <= bytes.length; cut += 7) {
    const { socket } = raw(port, bytes.subarray(0, cut))
    await once(socket, 'connect')
    socket.resetAndDestroy()
  }
  const late = raw(port, bytes)
  await until(() => late.text().includes('echo hello'))
  late.socket.resetAndDestroy()
  await until(() => server.stats().connections === 0)
  expect(reports).toEqual([])
})

test('an upgrade that is never finished is ended by the HTTP server and costs no connection', async () => {
  const { port, http, server } = await serve()
  const { socket } = raw(port, 'GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n')
  await once(socket, 'connect')
  expect(http.headersTimeout).toBeGreaterThan(0)
  expect(server.stats().connections).toBe(0)
})

test('[S4] frames that are too long, binary, unmasked or not UTF-8 close the connection', async () => {
  const { port, received, reports } = await serve()
  const long = client(port)
  await long.opened
  long.ws.send('x'.repeat(limits.frameBytesMax + 1))
  expect((await long.closed).code).toBe(1009)

  const binary = client(port)
  await binary.opened
  binary.ws.send(Buffer.from('x'))
  expect(await binary.closed).toEqual({ code: 4000, reason: 'text frames only' })

  for (const frame of [
    frameText('unmasked'),
    masked(1, Buffer.from([0xff, 0xfe])),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
  ]) {
    const { text, ended, socket } = raw(port, request(upgradeLines()))
    await until(() => text().includes('\r\n\r\n'))
    socket.write(frame)
    await until(() => text().includes('\x88'))
    socket.end()
    await ended
  }
  expect([received, reports]).toEqual([[], []])
})

test('bytes that come in one packet with the upgrade are read', async () => {
  const { port } = await serve()
  const bytes = Buffer.concat([Buffer.from(request(upgradeLines())), masked(1, Buffer.from('hello'))])
  const { text } = raw(port, bytes)
  await until(() => text().includes('echo hello'))
  expect(text()).toMatch(/^HTTP\/1.1 101 /)
})

test('nothing is written after a close frame that ws sends by itself', async () => {
  const { port, received } = await serve()
  const { text, socket, ended } = raw(port, request(upgradeLines()))
  await until(() => text().includes('\r\n\r\n'))
  socket.write(Buffer.concat([masked(1, Buffer.from('hello')), frameText('unmasked')]))
  await until(() => text().includes('\x88'))
  socket.end()
  await ended
  expect(received).toEqual(['hello'])
  expect(text().split('\r\n\r\n')[1]).toBe('\x88\x02\x03\xea')
})

test('[S5] a consumer that throws, or cannot be made, closes its connection only', async () => {
  const { port, reports, closed } = await serve()
  const [one, other, broken] = [client(port), client(port), client(port, { path: '/broken' })]
  await Promise.all([one.opened, other.opened, broken.opened])
  one.ws.send('throw')
  expect((await one.closed).code).toBe(4204)
  expect((await broken.closed).code).toBe(4204)
  await until(() => closed.length === 1)
  other.ws.send('still here')
  await until(() => other.texts.length === 1)
  expect(reports).toEqual(['consumer failed', 'consumer failed'])
})

test('frames of every length arrive intact and in order, between the pongs of ws', async () => {
  const { port, connections } = await serve()
  const { ws, texts, opened } = client(port)
  await opened
  let pongs = 0
  ws.on('pong', () => pongs++)
  const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000, 3]
  const sent: string[] = []
  for (let round = 0; round < 20; round++) {
    ws.ping()
    for (const size of sizes) {
      const text = `${round} 가`.padEnd(size, 'x')
      sent.push(text, `shared ${text}`)
      connections[0]?.send(text)
      connections[0]?.sendFramed(Buffer.concat([frameText(`shared ${text}`), frameText('and one more')]))
    }
    const expected = sent.length * 1.5
    await until(() => texts.length === expected && pongs === round + 1)
  }
  expect(texts.filter((text) => text !== 'and one more')).toEqual(sent)
})

test('[G8] a paused reader is behind with bounded memory, and gets intact frames after it resumes', async () => {
  const { port, connections } = await serve()
  const { ws, texts, opened } = client(port)
  await opened
  const [connection] = connections
  if (connection === undefined) throw new Error('not connected')
  ws.pause()
  const sent: string[] = []
  let drains = 0
  for (let number = 0; number < 40_000; number++) {
    if (connection.isBehind()) {
      if (drains++ === 0) connection.onceDrained(() => drains++)
      ws.resume()
      await new Promise((resolve) => setImmediate(resolve))
      continue
    }
    const text = `${number} `.padEnd(number % 900, 'x')
    sent.push(text)
    connection.sendFramed(frameText(text))
    if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await until(() => texts.length === sent.length)
  expect(drains).toBeGreaterThan(1)
  expect(texts).toEqual(sent)
})

test('[G8] a reader that never drains while replies pile up is closed as too slow', async () => {
  const { port, connections, closed, clock } = await serve()
  const { ws, opened } = client(port)
  await opened
  ws.pause()
  const [connection] = connections
  let sends = 0
  while (connection?.send('x'.repeat(100_000)) === true) {
    if (++sends % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(sends).toBeLessThan(1_000)
  }
  expect(connection?.isOpen()).toBe(false)
  await clock.advance(5_000)
  await until(() => closed.length === 1)
  expect(closed).toEqual([4202])
})

test('[G8] nothing is read from a connection that is behind', async () => {
  const { port, connections, received } = await serve()
  const { ws, texts, opened } = client(port)
  await opened
  const [connection] = connections
  ws.pause()
  while (connection?.isBehind() === false) {
    connection.sendFramed(frameText('x'.repeat(50_000)))
    await new Promise((resolve) => setImmediate(resolve))
  }
  ws.send('one more command')
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(received).toEqual([])
  ws.resume()
  await until(() => received.length === 1)
  await until(() => texts.at(-1) === 'echo one more command')
})

test('a client that does not say hello in time is closed, one that did is not', async () => {
  const { port, clock, received } = await serve()
  const [silent, polite] = [client(port), client(port)]
  await Promise.all([silent.opened, polite.opened])
  polite.ws.send('hello')
  await until(() => received.length === 1)
  await clock.advance(6_000)
  expect(await silent.closed).toEqual({ code: 4203, reason: 'hello timeout' })
  expect(polite.ws.readyState).toBe(WebSocket.OPEN)
})

test('every connection is pinged once in pingMs, and one from which nothing comes is ended', async () => {
  const { port, clock, closed, received } = await serve({ pingMs: 10_000 })
  const silent = client(port)
  await silent.opened
  const alive = client(port)
  await alive.opened
  silent.ws.send('hello')
  alive.ws.send('hello')
  await until(() => received.length === 2)
  for (let seconds = 0; seconds < 24; seconds++) {
    const before = received.length
    alive.ws.send('pong')
    await until(() => received.length > before)
    await clock.advance(1_000)
  }
  await until(() => closed.length === 1)
  expect((await silent.closed).code, 'no word for who does not answer').toBe(1006)
  expect(closed).toEqual([4301])
  expect(alive.ws.readyState).toBe(WebSocket.OPEN)
  await until(() => alive.texts.filter((text) => text === 'ping').length === 3)
  expect(silent.texts.filter((text) => text === 'ping').length).toBe(3)
})

test('a close is told with its reason, after what was sent before it, and nothing follows', async () => {
  const { port, connections, closed } = await serve()
  const { opened, texts, closed: ended } = client(port)
  await opened
  const [connection] = connections
  connection?.send('last words')
  connection?.close('session_ended', '나'.repeat(100))
  connection?.close('overloaded')
  expect(connection?.send('too late')).toBe(false)
  connection?.sendFramed(frameText('too late'))
  const { code, reason } = await ended
  expect([code, reason]).toEqual([4101, '나'.repeat(41)])
  expect(texts).toEqual(['last words'])
  await until(() => closed.length === 1)
  expect(closed).toEqual([4101])
})

test('a peer that does not finish a close is ended', async () => {
  const { port, connections, clock, closed } = await serve()
  const { text } = raw(port, request(upgradeLines()))
  await until(() => text().includes('\r\n\r\n'))
  connections[0]?.close('draining')
  await until(() => text().includes('\x88'))
  expect(closed).toEqual([])
  await clock.advance(5_000)
  await until(() => closed.length === 1)
  expect(closed).toEqual([4300])
})

test('disposing closes all as draining, refuses new ones, and ends when all have gone', async () => {
  const { port, server, closed } = await serve()
  const { opened, closed: ended } = client(port)
  await opened
  const disposing = server[Symbol.asyncDispose]()
  expect((await ended).code).toBe(4300)
  await disposing
  await server[Symbol.asyncDispose]()
  expect(closed).toEqual([4300])
  expect(server.stats().connections).toBe(0)
})
