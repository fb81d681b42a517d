/** Every error code that may cross the wire. A code is never renamed or reused. PROTOCOL.md lists them. */

import type { CommandId, Seq } from './ids.ts'

/** `temporary`: the same request, with the same id, may succeed later. `status`: what the HTTP door answers. */
export const errorCodes = {
  bad_frame: { temporary: false, status: 400, says: 'The frame is not one of the protocol.' },
  bad_input: { temporary: false, status: 400, says: 'A field is missing or not as it must be.' },
  too_long: { temporary: false, status: 413, says: 'A field is longer than its limit.' },
  unauthenticated: { temporary: false, status: 401, says: 'Sign in first.' },
  wrong_credentials: { temporary: false, status: 401, says: 'The name or the password is wrong.' },
  forbidden: { temporary: false, status: 403, says: 'You may not do this.' },
  bad_origin: { temporary: false, status: 403, says: 'The request comes from a page of another site.' },
  not_found: { temporary: false, status: 404, says: 'There is no such thing, or you cannot see it.' },
  conflict: { temporary: false, status: 409, says: 'This id was already used for something else.' },
  cancelled: { temporary: false, status: 409, says: 'This message was discarded before it was sent.' },
  name_taken: { temporary: false, status: 409, says: 'This name is taken.' },
  already_set_up: { temporary: false, status: 409, says: 'This server already has an owner.' },
  link_invalid: { temporary: false, status: 410, says: 'The link has expired or was used up.' },
  limit_reached: { temporary: false, status: 422, says: 'A limit is reached.' },
  too_fast: { temporary: true, status: 429, says: 'Too many requests; wait and send the same again.' },
  overloaded: { temporary: true, status: 503, says: 'The server is busy; wait and send the same again.' },
  expired: { temporary: true, status: 503, says: 'The server did not get to it in time; it was not done.' },
  outcome_unknown: { temporary: true, status: 503, says: 'It may be done or not; send the same again to find out.' },
  internal: { temporary: true, status: 500, says: 'Something is wrong on the server.' },
} as const satisfies Record<string, { temporary: boolean; status: number; says: string }>

export type ErrorCode = keyof typeof errorCodes

export type WireError = {
  readonly code: ErrorCode
  /** For developers, in English. What people read is made from `code` by the client's message catalogue. */
  readonly message: string
  readonly temporary: boolean
  readonly retryAfterMs?: number
  /** The field that was refused, as a path: `body`, `commands.0.emoji`. */
  readonly field?: string
  /** The name of the limit in `limits` that was passed. */
  readonly limit?: string
  /** With `conflict` on a send: what the first one with this id became [G2]. */
  readonly first?: { readonly id: CommandId; readonly seq: Seq | null }
}

type Details = Omit<WireError, 'code' | 'message' | 'temporary'> & { readonly message?: string }

export function wireError(code: ErrorCode, details: Details = {}): WireError {
  return { code, temporary: errorCodes[code].temporary, ...details, message: details.message ?? errorCodes[code].says }
}
