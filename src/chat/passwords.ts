/** Passwords: argon2id with the parameters that OWASP names (19 MiB, 2 passes, 1 lane), as PHC strings. */

import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const memoryKib = 19 * 1024
const passes = 2
const tagBytes = 32

/** A hash takes about 70 ms of a core and 19 MiB: two at once, and a short queue, or a flood of sign-ins takes the server. */
const atOnceMax = 2
const waitingMax = 32

export class TooManyPasswords extends Error {}

export type Passwords = {
  readonly hash: (password: string) => Promise<string>
  /** Takes the same time whether there is a hash or not, so that nobody learns which names exist. */
  readonly verify: (password: string, hash: string | null) => Promise<boolean>
}

const derive = promisify<'argon2id', Argon2Parameters, Buffer>(argon2)

/** `hash` and `verify` throw TooManyPasswords instead of queueing without end. */
export function openPasswords(): Passwords {
  const waiting: (() => void)[] = []
  let running = 0

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnceMax) {
      if (waiting.length >= waitingMax) throw new TooManyPasswords('too many passwords at once')
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running++
    }
    try {
      return await work()
    } finally {
      // The next one takes this place as it is: given back first, a newcomer could take it before the one who waits.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }

  return {
    hash: (password) =>
      inTurn(async () => {
        const salt = randomBytes(16)
        const tag = await tagOf(password, salt)
        return `$argon2id$v=19$m=${memoryKib},t=${passes},p=1$${unpadded(salt)}$${unpadded(tag)}`
      }),
    verify: (password, hash) =>
      inTurn(async () => {
        const [salt, tag] = hash === null ? [] : hash.split('$').slice(4)
        const right = Buffer.from(tag ?? '', 'base64')
        const given = await tagOf(password, salt === undefined ? randomBytes(16) : Buffer.from(salt, 'base64'))
        return right.length === given.length && timingSafeEqual(right, given)
      }),
  }
}

function tagOf(password: string, salt: Uint8Array): Promise<Buffer> {
  return derive('argon2id', {
    message: Buffer.from(password.normalize('NFC')),
    nonce: salt,
    parallelism: 1,
    tagLength: tagBytes,
    memory: memoryKib,
    passes,
  })
}

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
