/**
 * Secrets: links, tokens, and what is kept of them. The secret of a link (set-up, invite, reset, personal token) is an id
 * and a code made from it with the server's key, so that the database alone opens nothing, and a link can be shown again.
 */

import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'

export type SecretKind = 'setup' | 'invite' | 'reset' | 'token'

export type Secrets = {
  /** The same for the same id, as long as the server's key is the same. */
  readonly secretOf: (kind: SecretKind, id: string) => string
  /** The id that a secret was made from, or null when it was not made here. */
  readonly idOf: (kind: SecretKind, secret: string) => string | null
}

/** @param key 32 random bytes, kept beside the database, not in it. */
export function openSecrets(key: Uint8Array): Secrets {
  const codeOf = (kind: SecretKind, id: string): string =>
    createHmac('sha256', key).update(`${kind}:${id}`).digest('base64url').slice(0, 32)
  return {
    secretOf: (kind, id) => `${id}.${codeOf(kind, id)}`,
    idOf(kind, secret) {
      const at = secret.lastIndexOf('.')
      const id = secret.slice(0, Math.max(0, at))
      const given = Buffer.from(secret.slice(at + 1))
      const right = Buffer.from(codeOf(kind, id))
      return given.length === right.length && timingSafeEqual(given, right) ? id : null
    },
  }
}

/** The token of a new session: 256 random bits. */
export const newSessionToken = (): string => randomBytes(32).toString('base64url')

/** What is kept of a token. It is random, so a plain hash cannot be searched backwards. */
export const hashToken = (token: string): string => hash('sha256', token, 'base64url')
