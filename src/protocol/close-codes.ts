/** Why a socket was closed. The band alone tells a client what to do, also with a code that it does not know yet. */

export const closeCodes = {
  // 4000-4099: give up. The same client would be refused again.
  protocol_error: 4000,
  version_unsupported: 4001,
  bad_origin: 4002,
  // 4100-4199: sign in again.
  unauthenticated: 4100,
  session_ended: 4101,
  deactivated: 4102,
  // 4200-4299: back off, then reconnect.
  overloaded: 4200,
  too_fast: 4201,
  too_slow: 4202,
  hello_timeout: 4203,
  server_error: 4204,
  // 4300-4399: reconnect now (with a little jitter).
  draining: 4300,
  heartbeat_missed: 4301,
} as const

export type CloseReason = keyof typeof closeCodes
export type CloseAdvice = 'give_up' | 'sign_in' | 'back_off' | 'reconnect'

/** What to do after a close. Codes outside the bands (1001, 1006, 1011, …) say nothing about us: back off. */
export function closeAdvice(code: number): CloseAdvice {
  if (code >= 4000 && code < 4100) return 'give_up'
  if (code >= 4100 && code < 4200) return 'sign_in'
  if (code >= 4300 && code < 4400) return 'reconnect'
  return 'back_off'
}
