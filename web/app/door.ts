/** The HTTP door: what happens before there is a socket. Cookies carry the session; nothing here sees it. */

import type { Result } from '../../src/client/api.ts'
import type { CommandInputs, CommandOutputs, GuestCommandName } from '../../src/protocol/commands.ts'
import { type ErrorCode, type WireError, errorCodes, wireError } from '../../src/protocol/errors.ts'
import type { User } from '../../src/protocol/rows.ts'

export type ServerInfo = {
  readonly name: string
  readonly isSetUp: boolean
  readonly openSignUp: boolean
  /** Who is signed in, or null. */
  readonly user: User | null
}

export type Door = {
  readonly server: () => Promise<Result<ServerInfo>>
  readonly ask: <Name extends GuestCommandName>(
    name: Name,
    input: CommandInputs[Name],
  ) => Promise<Result<CommandOutputs[Name]>>
  readonly signOut: () => Promise<Result<null>>
}

const paths: { readonly [Name in GuestCommandName]: string } = {
  setUp: '/api/set-up',
  signUp: '/api/sign-up',
  signIn: '/api/sign-in',
  resetPassword: '/api/reset-password',
}

export const httpDoor: Door = {
  server: () => call('/api/server', { method: 'GET' }),
  ask: (name, input) => call(paths[name], post(input)),
  signOut: () => call('/api/sign-out', post({})),
}

const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

async function call<T>(path: string, init: RequestInit): Promise<Result<T>> {
  try {
    const response = await fetch(path, { ...init, cache: 'no-store', credentials: 'same-origin' })
    const body: unknown = response.status === 204 ? null : await response.json()
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own server keeps to its types
    return response.ok ? { ok: body as T } : { error: problem(body) }
  } catch {
    // No network, or something between that does not speak JSON: in both the answer was not heard.
    return { error: wireError('outcome_unknown') }
  }
}

/** RFC 9457, as our own server writes it. */
function problem(body: unknown): WireError {
  if (typeof body !== 'object' || body === null || !('code' in body) || !isErrorCode(body.code)) {
    return wireError('internal')
  }
  const field = 'field' in body && typeof body.field === 'string' ? { field: body.field } : {}
  const limit = 'limit' in body && typeof body.limit === 'string' ? { limit: body.limit } : {}
  return wireError(body.code, { ...field, ...limit })
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(errorCodes, code)
