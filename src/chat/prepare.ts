/** Makes a command ready for the queue: what takes a core or a secret is done at the door, before it is decided. */

import { type Command, type GuestCommand, guestCommandChecks } from '../protocol/commands.ts'
import { type WireError, wireError } from '../protocol/errors.ts'
import { sessionId } from '../protocol/ids.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import type { Envelope } from './decide.ts'
import type { NewSession, Prepared } from './decision.ts'
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
  deps: PrepareDeps,
  command: Command,
  { actor, agent }: { readonly actor: Actor; readonly agent: string },
): Promise<PreparedCommand> {
  if (command.cmd === 'changePassword') return ready(actor, await withNewPassword(deps, command, actor), null)
  if (!isGuestCommand(command)) return ready(actor, command, null)
  const token = newSessionToken()
  const start: NewSession = {
    session: sessionId(deps.newId()),
    tokenHash: hashToken(token),
    // Cut between UTF-16 units, so half a character may be left over.
    agent: agent.slice(0, agentCharsMax).toWellFormed(),
  }
  return ready(actor, await withPassword(deps, command, start), token)
}

const agentCharsMax = 200

/** The fingerprint is taken of what is queued: one of the password itself would be a fast hash of it, to be guessed at. */
function ready(actor: Actor, command: Prepared, token: string | null): PreparedCommand {
  return { is: 'ready', envelope: { actor, command, fingerprint: fingerprintOf(command) }, token }
}

async function withPassword(
  { store, passwords }: PrepareDeps,
  { password, ...rest }: GuestCommand,
  start: NewSession,
): Promise<Prepared> {
  if (rest.cmd !== 'signIn') return { ...rest, passwordHash: await passwords.hash(password), start }
  const user = await loadFact(store, { need: 'handle', handle: rest.handle })
  return { ...rest, provenHash: await provenHashOf(passwords, password, user), start }
}

async function withNewPassword(
  { store, passwords }: PrepareDeps,
  { old, new: fresh, ...rest }: Extract<Command, { cmd: 'changePassword' }>,
  actor: Actor,
): Promise<Prepared> {
  const user = actor.is === 'person' ? await loadFact(store, { need: 'user', user: actor.user }) : null
  const provenHash = await provenHashOf(passwords, old, user)
  return { ...rest, provenHash, passwordHash: provenHash === null ? '' : await passwords.hash(fresh) }
}

/** Whether anything has to be done before the command can be queued: most need nothing, and the hot path not a promise. */
export const isReadyAsItIs = (command: Command): boolean => command.cmd !== 'changePassword' && !isGuestCommand(command)

const isGuestCommand = (command: Command): command is GuestCommand => Object.hasOwn(guestCommandChecks, command.cmd)

async function provenHashOf(passwords: Passwords, password: string, user: UserRecord | null): Promise<string | null> {
  const hash = user?.passwordHash ?? null
  return (await passwords.verify(password, hash)) ? hash : null
}

/** The same for the same command with the same fields. Checks build their objects field by field, so the order is fixed. */
export function fingerprintOf(command: Command | Prepared): string {
  return hash53(JSON.stringify(command)).toString(36)
}

/**
 * cyrb53: 53 bits, a tenth of the price of a cryptographic hash. It only tells a client's retry from its own mistake, and
 * whoever made two of their own commands collide would have fooled themselves.
 */
function hash53(text: string): number {
  let high = 0xdeadbeef
  let low = 0x41c6ce57
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    high = Math.imul(high ^ unit, 2654435761)
    low = Math.imul(low ^ unit, 1597334677)
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909)
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909)
  return 4294967296 * (2097151 & low) + (high >>> 0)
}
