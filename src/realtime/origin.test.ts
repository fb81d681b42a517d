import { expect, test } from 'vitest'

import { allowOrigins } from './origin.ts'

const isAllowed = (headers: Readonly<Record<string, string>>, listed: readonly string[] = []) =>
  allowOrigins(listed)({ header: (name) => headers[name] ?? null })

test('[S3] pages of the host itself are allowed, whichever way the default port is written', () => {
  expect(isAllowed({ origin: 'https://chat.example.org', host: 'chat.example.org' })).toBe(true)
  expect(isAllowed({ origin: 'https://chat.example.org', host: 'chat.example.org:443' })).toBe(true)
  expect(isAllowed({ origin: 'http://localhost:8000', host: 'LOCALHOST:8000' })).toBe(true)
  expect(isAllowed({ origin: 'http://[::1]:8000', host: '[::1]:8000' })).toBe(true)
})

test('[S3] what only looks like the host is refused', () => {
  const host = 'good.com'
  const bad = [
    'null',
    '',
    'good.com',
    'https://good.com.evil',
    'https://evil.good.com',
    'https://evilgood.com',
    'https://good.com:8443',
    'https://good.com@evil.com',
    'https://evil@good.com',
    'https://good.com/',
    'https://good.com/path',
    'https://good.com, https://evil.com',
    'file://good.com',
    'chrome-extension://good.com',
    'https://good.com?x',
    'https://good.com#x',
  ]
  for (const origin of bad) expect([origin, isAllowed({ origin, host })]).toEqual([origin, false])
  expect(isAllowed({ origin: 'https://good.com' })).toBe(false)
  expect(isAllowed({ origin: 'https://good.com', host: 'x@good.com' })).toBe(false)
  expect(isAllowed({ origin: 'https://good.com', host: '' })).toBe(false)
})

test('[S3] listed origins are compared whole', () => {
  const listed = ['https://chat.example.org']
  expect(isAllowed({ origin: 'https://chat.example.org', host: 'inside:3000' }, listed)).toBe(true)
  expect(isAllowed({ origin: 'http://chat.example.org', host: 'inside:3000' }, listed)).toBe(false)
  expect(isAllowed({ origin: 'https://chat.example.org:444', host: 'inside:3000' }, listed)).toBe(false)
})

test('[S3] no origin: a program may connect, but not with a cookie', () => {
  expect(isAllowed({ host: 'good.com' })).toBe(true)
  expect(isAllowed({ host: 'good.com', cookie: 'session=1' })).toBe(false)
})
