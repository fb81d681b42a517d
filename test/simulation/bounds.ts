/** The promised times, as the troubles of a world allow them (DESIGN.md section 2, G4 and G6). */

import type { Base } from './world-base.ts'

/** After the link is back. */
export const linkBackMs = 2_000
/** The head check, and what it takes to read and to tell. */
export const headCheckMs = 5_000 + 1_500
/** Rooms that nobody has open are looked at in slices; then a second until the next bump. */
export const unopenedMs = 60_000 + 5_000 + 2_500
/** A dead link is noticed after two pings; then the longest back-off, and connecting. */
export const reconnectMs = 20_000 + 30_000 + 15_000
/** The longest that a pause, an outage or a delay goes on after the troubles are over; clients that sleep, apart. */
export const lingersMs = 15_000
/** A gateway that cannot look for so long stops delivering; it looks every 5 s. */
const blindMs = 30_000 + 5_000

/** How long after a revocation was committed something may still be delivered [G6]. */
export function revokedMs({ trouble }: Base): number {
  // Answers of a slow store were read before; a paused process knows nothing until it goes on.
  if (trouble.has('store fails', 'store down', 'store slow', 'gateway paused')) return blindMs + 10_000
  // What was never announced, by whomever, is found by the head check.
  if (trouble.has('announcement lost', 'announcement late', 'layer down', 'layer refuses')) return 10_000
  return trouble.has('worker dies', 'worker pauses', 'commit unknown') ? 10_000 : 1_000
}
