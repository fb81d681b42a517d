/** The shape of a decision: from facts and one command to changes in a draft and an answer. Pure. */

import type { CommandName, CommandOutputs, GuestInputs, OwnInputs, RoomInputs } from '../protocol/commands.ts'
import { type ErrorCode, type WireError, wireError } from '../protocol/errors.ts'
import type { CommandId, SessionId, UserId } from '../protocol/ids.ts'
import type { UserRecord } from '../store/records.ts'
import type { Need } from '../store/store.ts'
import type { Actor, Person } from './actor.ts'
import type { Draft } from './draft.ts'
import type { Secrets } from './secrets.ts'

/** A session to be started when the command succeeds: its token is known to the door alone. */
export type NewSession = { readonly session: SessionId; readonly tokenHash: string; readonly agent: string }

type Without<T, Keys extends string> = Omit<T, Keys>

/** What is decided on: the commands, with passwords already hashed or proven, so that none is ever queued. */
export type PreparedInputs = RoomInputs &
  Without<OwnInputs, 'changePassword'> & {
    readonly changePassword: { readonly provenHash: string | null; readonly passwordHash: string }
    readonly setUp: Without<GuestInputs['setUp'], 'password'> & {
      readonly passwordHash: string
      readonly start: NewSession
    }
    readonly signUp: Without<GuestInputs['signUp'], 'password'> & {
      readonly passwordHash: string
      readonly start: NewSession
    }
    /** `provenHash`: the hash that the password was right for; null: it was wrong, or there is nobody. */
    readonly signIn: { readonly handle: string; readonly provenHash: string | null; readonly start: NewSession }
    readonly resetPassword: Without<GuestInputs['resetPassword'], 'password'> & {
      readonly passwordHash: string
      readonly start: NewSession
    }
    /** Signing out is ending one's own session; the door's own command. */
  }

export type Prepared = {
  [Name in CommandName]: { readonly id: CommandId; readonly cmd: Name } & PreparedInputs[Name]
}[CommandName]

export type PreparedOf<Name extends CommandName> = Extract<Prepared, { cmd: Name }>

export type Decided<Name extends CommandName> = { readonly ok: CommandOutputs[Name] } | { readonly error: WireError }

/** What a decision may use besides facts: all of it arguments, so that the same batch is decided the same way again. */
export type Deciding = {
  readonly actor: Actor
  readonly fingerprint: string
  readonly nowMs: number
  readonly newId: () => string
  readonly secrets: Secrets
}

export type Rule<Name extends CommandName> = {
  /** The facts that it will need for certain; others are loaded when they are missed. */
  readonly needs?: (command: PreparedOf<Name>, actor: Actor) => readonly Need[]
  /** Refuses before its first change. */
  readonly decide: (draft: Draft, command: PreparedOf<Name>, at: Deciding) => Decided<Name>
  /**
   * How a repeat of the same id is answered [G9]: from a row kept for seven days; from the message itself; or not at all,
   * because doing it twice is doing it once.
   */
  readonly outcome: 'kept' | 'message' | 'none'
  /** Adds what the kept outcome leaves out: the secrets of links. */
  readonly reveal?: (output: CommandOutputs[Name], secrets: Secrets) => CommandOutputs[Name]
}

export const refuse = (code: ErrorCode, details?: Parameters<typeof wireError>[1]): { readonly error: WireError } => ({
  error: wireError(code, details),
})

/** The acting person's record, when they are signed in and active. */
export function personOf(draft: Draft, actor: Actor): (UserRecord & { readonly acting: Person }) | null {
  if (actor.is !== 'person') return null
  const record = draft.get({ need: 'user', user: actor.user })
  return record?.isActive === true ? { ...record, acting: actor } : null
}

export const needUser = (actor: Actor): readonly Need[] =>
  actor.is === 'person' ? [{ need: 'user', user: actor.user }] : []

/** The user record of somebody named in a command, when there is such a person and they are active. */
export function activeUser(draft: Draft, user: UserId): UserRecord | null {
  const record = draft.get({ need: 'user', user })
  return record?.isActive === true ? record : null
}
