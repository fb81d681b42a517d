/** Listening, and what a person reads who cannot. */

import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { openHttpServer } from './server.ts'

const app = new Hono().get('/', (context) => context.text('here'))
const at = { host: '127.0.0.1', port: 0 }

test('a free port is taken, and told', async () => {
  await using listening = await openHttpServer(app).listen(at)
  expect(listening.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/)
  expect(await (await fetch(listening.url)).text()).toBe('here')
})

test('a port that is taken is told with what to do about it', async () => {
  await using listening = await openHttpServer(app).listen(at)
  const port = Number(new URL(listening.url).port)
  const second = openHttpServer(app).listen({ ...at, port })
  await expect(second).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringContaining(`PORT=${port + 1}`),
  })
  const nowhere = openHttpServer(app).listen({ host: '203.0.113.1', port: 0 })
  await expect(nowhere).rejects.toMatchObject({ code: 'cannot_listen' })
})

test('[faults S5] connections that cannot be accepted do not take the server along', async () => {
  await using listening = await openHttpServer(app).listen(at)
  for (let count = 0; count < 3; count++) listening.server.emit('error', new Error('accept EMFILE'))
  expect((await fetch(listening.url)).status).toBe(200)
})

test('closing ends what is idle, and closing twice is fine', async () => {
  const listening = await openHttpServer(app).listen(at)
  await fetch(listening.url)
  await listening[Symbol.asyncDispose]()
  await listening[Symbol.asyncDispose]()
  await expect(fetch(listening.url)).rejects.toThrow('fetch failed')
})
