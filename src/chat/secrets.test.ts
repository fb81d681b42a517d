/** Links, tokens and passwords [faults S12]. */

import { expect, test } from 'vitest'
import { cookieToken, sessionCookie } from './cookie.ts'
import { TooManyPasswords, openPasswords } from './passwords.ts'
import { openSecrets } from './secrets.ts'

test('[faults S12] a link opens what it was made for, and only with our key', () => {
  const secrets = openSecrets(new Uint8Array(32).fill(1))
  const secret = secrets.secretOf('invite', 'id.with.dots')
  expect(secrets.idOf('invite', secret)).toBe('id.with.dots')
  expect(secrets.idOf('reset', secret)).toBeNull()
  expect(openSecrets(new Uint8Array(32).fill(2)).idOf('invite', secret)).toBeNull()
  const code = secret.slice(secret.lastIndexOf('.') + 1)
  for (const forged of ['', '.', code, `.${code}`, `other.${code}`, `${secret}x`, secret.slice(0, -1), `${secret}.`]) {
    expect(secrets.idOf('invite', forged)).toBeNull()
  }
  expect(secret).toMatch(/^[\w.-]{8,200}$/)
})

test('[faults S12] a password is kept as argon2id of its own salt, and two writings of it are one', async () => {
  const passwords = openPasswords()
  const [one, other] = await Promise.all([passwords.hash('비밀번호 하나'), passwords.hash('비밀번호 하나')])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(one).not.toBe(other)
  expect(await passwords.verify('비밀번호 하나'.normalize('NFD'), one)).toBe(true)
  expect(await passwords.verify('비밀번호 둘', one)).toBe(false)
  expect(await passwords.verify('비밀번호 하나', null)).toBe(false)
  for (const odd of ['', '$', 'x$y$z$a$b$c', '$argon2id$v=19$m=19456,t=2,p=1$$']) {
    expect(await passwords.verify('', odd).catch(() => false)).toBe(false)
  }
}, 30_000)

test('[faults S4] passwords are derived two at once; a flood of them is refused', async () => {
  const passwords = openPasswords()
  const asked = Array.from({ length: 36 }, () => passwords.verify('guess', null))
  const settled = await Promise.allSettled(asked)
  const refused = settled.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(2)
  expect(refused).toMatchObject([{ reason: expect.any(TooManyPasswords) }, {}])
  // The places are given back.
  expect(await passwords.verify('guess', null)).toBe(false)
}, 60_000)

test('[faults S3] the cookie is for us alone, and is found among others', () => {
  const cookie = sessionCookie('abc', { maxAgeSeconds: 60, isSecure: true })
  expect(cookie).toBe('madang_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure')
  expect(cookieToken('a=b; madang_session=abc; c=d')).toBe('abc')
  for (const none of [null, '', 'madang_session', 'madang_session=', 'xmadang_session=abc', '=abc']) {
    expect(cookieToken(none)).toBeNull()
  }
})
