import { expect, test } from 'vitest'
import { rev } from '../protocol/ids.ts'
import { type FakeLink, fakeLink, pingMs, welcomeFrame } from './testing/fake-link.ts'

/** Closes each connection as it comes and tells the longest wait before the next, for so many times. */
async function waits(link: FakeLink, closes: { readonly count: number; readonly code: number }): Promise<number[]> {
  const waited: number[] = []
  for (let count = 0; count < closes.count; count++) {
    link.socket().close(closes.code)
    const state = link.client.link()
    const waitMs = state.is === 'offline' ? (state.retryAtMs ?? 0) - link.clock.nowMs() : -1
    waited.push(waitMs)
    await link.clock.advance(waitMs)
  }
  return waited
}

test('the first frame is hello with the token, which is not in the URL', async () => {
  using link = fakeLink({ token: 'secret', agent: 'bot' })
  expect(link.client.link().is).toBe('connecting')
  const socket = await link.welcome()
  expect(socket.sent[0]).toEqual({ type: 'hello', token: 'secret', agent: 'bot' })
  expect(link.client.link()).toEqual({ is: 'online' })
})

test('the wait doubles up to 30 s, is random below that, and there is one timer', async () => {
  using link = fakeLink({ random: () => 0.999_999 })
  expect(await waits(link, { count: 8, code: 1006 })).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
  expect(link.sockets).toHaveLength(9)
})

test('the wait starts anew after a link that lasted 10 s, not after one that did not', async () => {
  using link = fakeLink({ random: () => 0.999_999 })
  await waits(link, { count: 3, code: 1006 })
  await link.welcome()
  await link.clock.advance(9_000)
  link.socket().close(1006)
  expect(link.client.link()).toEqual({ is: 'offline', retryAtMs: link.clock.nowMs() + 4_000 })
  await link.clock.advance(4_000)
  await link.welcome()
  await link.clock.advance(10_000)
  link.socket().close(4300)
  expect(link.client.link()).toEqual({ is: 'offline', retryAtMs: link.clock.nowMs() + 500 })
})

test('the band of a close code says what to do, also with a code that is not known', async () => {
  for (const [code, is] of [
    [4001, 'given_up'],
    [4077, 'given_up'],
    [4100, 'signed_out'],
    [4199, 'signed_out'],
    [4200, 'offline'],
    [4301, 'offline'],
    [1011, 'offline'],
  ] as const) {
    using link = fakeLink()
    await link.welcome()
    link.socket().close(code)
    expect([code, link.client.link().is]).toEqual([code, is])
    await link.clock.advance(60_000)
    expect(link.sockets.length > 1).toBe(is === 'offline')
    link.client.reconnect()
    await link.welcome()
    expect(link.client.link().is).toBe('online')
  }
})

test('a drain moves the client before the server stops', async () => {
  using link = fakeLink({ random: () => 0.5 })
  const socket = await link.welcome()
  socket.give({ type: 'drain', afterMs: 2_000, jitterMs: 1_000 })
  await link.clock.advance(2_499)
  expect(link.sockets).toHaveLength(1)
  await link.clock.advance(1)
  expect(link.sockets).toHaveLength(2)
  expect(socket.letGo()).toBe(1000)
  socket.close(1000)
  await link.welcome()
  expect(link.client.link().is).toBe('online')
})

test('a half-open link is noticed when nothing was heard for twice the ping interval', async () => {
  using link = fakeLink()
  const socket = await link.welcome()
  await link.clock.advance(pingMs)
  socket.give({ type: 'ping', rev: rev(10), heads: {} })
  expect(socket.of('pong')).toHaveLength(1)
  await link.clock.advance(2 * pingMs - 1)
  expect(link.client.link().is).toBe('online')
  await link.clock.advance(1)
  expect(link.client.link().is).toBe('offline')
  expect(socket.letGo()).toBe(4301)
})

test('a socket that never opens, or never welcomes, is given up after 10 s', async () => {
  using link = fakeLink()
  link.socket().open()
  await link.clock.advance(10_000)
  expect(link.client.link().is).toBe('offline')
})

test('a network that is back, or a page that is seen again, tries at once and probes what seems alive', async () => {
  using link = fakeLink({ random: () => 0.999_999 })
  await waits(link, { count: 5, code: 1006 })
  link.socket().close(1006)
  link.signal('online')
  expect(link.client.link().is).toBe('connecting')
  const socket = await link.welcome()
  link.signal('visible')
  expect(socket.of('ping')).toHaveLength(1)
  await link.clock.advance(2_000)
  socket.give({ type: 'pong' })
  await link.clock.advance(2_000)
  expect(link.client.link().is).toBe('online')
  link.signal('visible')
  await link.clock.advance(3_000)
  expect(link.client.link().is).toBe('offline')
})

test('a socket that was let go is not heard any more', async () => {
  using link = fakeLink()
  const first = await link.welcome()
  await link.clock.advance(2 * pingMs)
  await link.clock.advance(1_000)
  const second = await link.welcome()
  first.close(4100)
  first.give(welcomeFrame({ server: { name: 'Ghost', version: '0' } }))
  expect(link.client.link().is).toBe('online')
  expect(link.client.server()?.name).toBe('Test')
  expect(second.letGo()).toBeNull()
})

test('a URL that can never work gives up', () => {
  using link = fakeLink({
    socket: () => {
      throw new SyntaxError('bad URL')
    },
  })
  expect(link.client.link()).toMatchObject({ is: 'given_up' })
})

test('a disposed client is quiet: no timer, no socket', async () => {
  const link = fakeLink()
  const socket = await link.welcome()
  link[Symbol.dispose]()
  link[Symbol.dispose]()
  expect(socket.letGo()).toBe(1000)
  link.signal('online')
  link.client.reconnect()
  await link.clock.advance(60_000)
  expect(link.sockets).toHaveLength(1)
  expect(link.clock.sleeping()).toBe(0)
})
