/** Frames in and out of a wire, for tests that send what no client of ours would. */

import type { TestServer } from '../server.ts'
import { type Wire, openWire } from '../docs/wire.ts'
import type { Person } from '../faults/village.ts'

export type Frame = Readonly<Record<string, unknown>>

/** A wire that was welcomed. */
export async function signedIn(server: TestServer, { token }: Pick<Person, 'token'>): Promise<Wire> {
  const wire = await openWire(server)
  wire.send({ type: 'hello', token })
  await wire.next((frame) => matches(frame, { type: 'welcome' }), 'a welcome')
  return wire
}

/** The link is still there, and the server still listens to it. */
export async function expectPong(wire: Wire): Promise<void> {
  wire.send({ type: 'ping' })
  await wire.next((frame) => matches(frame, { type: 'pong' }), 'a pong')
}

export const isError = (frame: unknown): boolean => matches(frame, { type: 'error' })
export const isReply =
  (re: string) =>
  (frame: unknown): boolean =>
    matches(frame, { type: 'reply', re })
export const isUnfollowed =
  (room: unknown) =>
  (frame: unknown): boolean =>
    matches(frame, { type: 'unfollowed', room })

/** The outcome of a reply; empty when it is of the other kind. */
export const okOf = (reply: unknown): Frame => partOf(reply, 'ok')
export const errorOf = (reply: unknown): Frame => partOf(reply, 'error')

const partOf = (reply: unknown, part: string): Frame =>
  typeof reply === 'object' && reply !== null ? { ...new Map<string, object>(Object.entries(reply)).get(part) } : {}

function matches(frame: unknown, wanted: Frame): boolean {
  if (typeof frame !== 'object' || frame === null) return false
  const entries = new Map<string, unknown>(Object.entries(frame))
  return Object.entries(wanted).every(([key, value]) => entries.get(key) === value)
}
