/** The web client's files, and what every answer says to a browser [faults S6 S13]. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { securityHeaders, servePages } from './pages.ts'
import { problem } from './problem.ts'

const folder = mkdtempSync(join(tmpdir(), 'madang-pages-'))
const web = join(folder, 'web')
const app = new Hono()

beforeAll(() => {
  mkdirSync(join(web, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'not for the web')
  writeFileSync(join(web, 'index.html'), '<!doctype html><title>마당</title>')
  writeFileSync(join(web, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  writeFileSync(join(web, 'assets', 'app-1a2b.js'), 'export {}')
  app.use(securityHeaders)
  app.get('/broken', () => {
    throw new Error('secret detail')
  })
  app.onError(() => problem({ code: 'internal', status: 500, detail: 'Something is wrong.' }))
  servePages(app, web, ['/', '/room/:room'])
})
afterAll(() => rmSync(folder, { recursive: true }))

test('the pages that the client knows are its one page, asked for anew each time', async () => {
  for (const path of ['/', '/room/r1', '/index.html']) {
    const answer = await app.request(path)
    expect(await answer.text()).toContain('마당')
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(answer.headers.get('cache-control')).toBe('no-cache')
  }
  expect((await app.request('/unknown')).status).toBe(404)
  expect((await app.request('/room/r1/more')).status).toBe(404)
})

test('assets never change under their name', async () => {
  const answer = await app.request('/assets/app-1a2b.js')
  expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(answer.headers.get('content-type')).toContain('javascript')
  expect((await app.request('/favicon.svg')).headers.get('cache-control')).toBe('no-cache')
})

test('[faults S9] nothing outside of the folder is served', async () => {
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
  ]) {
    const answer = await app.request(path)
    expect(await answer.text()).not.toContain('not for the web')
  }
})

test.each(['/', '/assets/app-1a2b.js', '/unknown', '/broken'])(
  '[faults S6] every answer is fenced in: %s',
  async (path) => {
    const { headers } = await app.request(path)
    const policy = headers.get('content-security-policy') ?? ''
    for (const rule of [
      "default-src 'self'",
      "script-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy).toContain(rule)
    }
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  },
)

test('a problem says what it is, and when to come back in whole seconds', async () => {
  const answer = problem({ code: 'too_fast', status: 429, detail: 'Wait.', retryAfterMs: 1_001, extra: { limit: 'x' } })
  expect(answer.status).toBe(429)
  expect(answer.headers.get('retry-after')).toBe('2')
  expect(await answer.json()).toEqual({
    type: 'urn:madang:error:too_fast',
    title: 'too fast',
    status: 429,
    detail: 'Wait.',
    code: 'too_fast',
    limit: 'x',
    retryAfterMs: 1_001,
  })
  const plain = problem({ code: 'internal', status: 500, detail: 'No.' })
  expect(plain.headers.get('retry-after')).toBeNull()
  expect(plain.headers.get('content-type')).toBe('application/problem+json')
})
