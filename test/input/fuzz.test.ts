/**
 * Thousands of frames that are nearly right, at a real server without rate limits, so that they reach what is behind the
 * checks. Whatever they are, the server answers or closes by its own rules, and says in its log that nothing failed inside.
 */

import { afterAll, beforeAll, expect, test } from 'vitest'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import type { Wire } from '../docs/wire.ts'
import { within } from '../faults/until.ts'
import { type Frame, errorOf, isReply, signedIn } from './frames.ts'
import { mutated, validFrames } from './mutate.ts'
import { type UnderAttack, openUnderAttack } from './under-attack.ts'

const seed = Number(process.env['SEED'] ?? 1)
const framesCount = Number(process.env['FRAMES'] ?? 4_000)
/** So many go out before their answers are awaited. */
const batch = 25

let at: UnderAttack

beforeAll(async () => {
  at = await openUnderAttack({ MADANG_RATE_LIMITS: 'off' })
})
afterAll(async () => at[Symbol.asyncDispose]())

test(`[E5] ${framesCount} frames that are nearly right harm nobody (SEED=${seed})`, async () => {
  const random = seededRandom(seed)
  const person = at.somebody()
  const valid = validFrames({ room: at.room, user: person.user })
  const seen = new Map<string, number>()
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)

  let sent = 0
  while (sent < framesCount) {
    using wire = await signedIn(at.server, person)
    const link: { code: number | null } = { code: null }
    void wire.closed.then((code) => (link.code = code))
    while (sent < framesCount && link.code === null) {
      for (let index = 0; index < batch; index++, sent++) {
        wire.sendRaw(mutated(valid[Math.floor(random() * valid.length)], sent, random))
      }
      await answered(wire, () => link.code !== null)
    }
    for (const frame of wire.rest()) count(kindOf(frame))
    if (link.code !== null) count(`closed ${link.code}`)
  }

  console.log(JSON.stringify(Object.fromEntries([...seen].toSorted(([a], [b]) => (a < b ? -1 : 1)))))
  // 4000: no JSON. 4201: more follows than anybody needs.
  const bad = [...seen.keys()].filter((kind) => /closed (?!4000|4201)|internal|outcome_unknown|overloaded/.test(kind))
  expect(bad).toEqual([])
  // The frames came through to where something is done.
  for (const kind of ['error bad_input', 'reply bad_input', 'reply ok', 'reply not_found']) {
    expect(seen.get(kind) ?? 0).toBeGreaterThan(20)
  }
  expect(await at.harm()).toEqual([])
}, 60_000)

/** All before this has been handled, or the link is closed. */
async function answered(wire: Wire, isClosed: () => boolean): Promise<void> {
  if (isClosed()) return
  const last = { type: 'query', id: 'last', query: { query: 'tokens' } }
  wire.send(last)
  const reply = wire.next(isReply('last'), 'an answer').catch((error: unknown) => {
    if (!isClosed()) throw error
  })
  await within(Promise.race([reply, wire.closed]), { ms: 10_000, what: 'an answer or a close' })
}

function kindOf(frame: unknown): string {
  if (typeof frame !== 'object' || frame === null || !('type' in frame)) return 'no frame'
  const { code = 'ok' }: Frame = errorOf(frame)
  return frame.type === 'reply' || frame.type === 'error' ? `${frame.type} ${String(code)}` : String(frame.type)
}
