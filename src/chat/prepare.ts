/** Makes a command ready for the queue: what takes a core or a secret is done at the door, before it is decided. */

import { createHash } from 'node:crypto'
import type { Command } from '../protocol/commands.ts'
import { type WireError, wireError } from '../protocol/errors.ts'
import { sessionId } from '../protocol/ids.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import type { Envelope } from './decide.ts'
import type { NewSession } from './decision.ts'
import { loadFact } from './load-fact.ts'
import { type Passwords, TooManyPasswords } from './passwords.ts'
import { hashToken, newSessionToken } from './secrets.ts'

export type PrepareDeps = {
  readonly store: Store
  readonly passwords: Passwords
  readonly newId: () => string
}

export type PreparedCommand =
  | {
      readonly is: 'ready'
      readonly envelope: Envelope
      /** The token of the session that starts when the command succeeds. */
      readonly token: string | null
    }
  | { readonly is: 'refused'; readonly error: WireError }

/** @param from.agent what the browser or program calls itself, for the list of sessions. */
export async function prepare(
  deps: PrepareDeps,
  command: Command,
  from: { readonly actor: Actor; readonly agent: string },
): Promise<PreparedCommand> {
  try {
    return await prepareOne(deps, command, from)
  } catch (error) {
    if (!(error instanceof TooManyPasswords)) throw error
    return { is: 'refused', error: wireError('overloaded', { retryAfterMs: 1_000 }) }
  }
}

async function prepareOne(
  { store, passwords, newId }: PrepareDeps,
  command: Command,
  { actor, agent }: { readonly actor: Actor; readonly agent: string },
): Promise<PreparedCommand> {
  const fingerprint = fingerprintOf(command)
  const start = (): { token: string; start: NewSession } => {
    const token = newSessionToken()
    return { token, start: { session: sessionId(newId()), tokenHash: hashToken(token), agent: agent.slice(0, 200) } }
  }
  const ready = (prepared: Envelope['command'], token: string | null): PreparedCommand => ({
    is: 'ready',
    envelope: { actor, command: prepared, fingerprint },
    token,
  })

  switch (command.cmd) {
    case 'setUp':
    case 'signUp': {
      const { password, ...rest } = command
      const passwordHash = await passwords.hash(password)
      const session = start()
      return ready({ ...rest, passwordHash, start: session.start }, session.token)
    }
    case 'resetPassword': {
      const { password, ...rest } = command
      const passwordHash = await passwords.hash(password)
      const session = start()
      return ready({ ...rest, passwordHash, start: session.start }, session.token)
    }
    case 'signIn': {
      const { password, ...rest } = command
      const user = await loadFact(store, { need: 'handle', handle: command.handle })
      const provenHash = await provenHashOf(passwords, password, user)
      const session = start()
      return ready({ ...rest, provenHash, start: session.start }, session.token)
    }
    case 'changePassword': {
      const { old, new: fresh, ...rest } = command
      const user = actor.is === 'person' ? await loadFact(store, { need: 'user', user: actor.user }) : null
      const provenHash = await provenHashOf(passwords, old, user)
      const passwordHash = provenHash === null ? '' : await passwords.hash(fresh)
      return ready({ ...rest, provenHash, passwordHash }, null)
    }
    default:
      return ready(command, null)
  }
}

/** Whether anything has to be done before the command can be queued: most need nothing, and the hot path not a promise. */
export const isReadyAsItIs = (command: Command): boolean => command.cmd !== 'changePassword' && !guestNames.has(command.cmd)

const guestNames = new Set<string>(['setUp', 'signUp', 'signIn', 'resetPassword'])

async function provenHashOf(passwords: Passwords, password: string, user: UserRecord | null): Promise<string | null> {
  const hash = user?.passwordHash ?? null
  return (await passwords.verify(password, hash)) ? hash : null
}

/** The same for the same command with the same fields. Checks build their objects field by field, so the order is fixed. */
export function fingerprintOf(command: Command): string {
  return createHash('sha1').update(JSON.stringify(command)).digest('base64url').slice(0, 16)
}
