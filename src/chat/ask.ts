/**
 * Asks for a command to be done, and always comes back with what became of it [Q4 Q7].
 *
 * The answer travels on a channel that may lose it. Nothing heard for 2 s: the store is asked whether the command left its
 * mark; still nothing at 5 s: the outcome is unknown, and whoever owns the intent sends the same command again.
 */

import type { Clock } from '../clock.ts'
import { laneOf } from '../protocol/commands.ts'
import { type WireError, wireError } from '../protocol/errors.ts'
import type { Answer, CommandQueue } from '../queue/commands.ts'
import type { Report, Spawn } from '../spawn.ts'
import type { Store } from '../store/store.ts'
import type { Command } from '../protocol/commands.ts'
import { commandRules } from './commands.ts'
import type { Envelope } from './decide.ts'
import { loadFact } from './load-fact.ts'

export type AskDeps = {
  readonly queue: CommandQueue
  readonly store: Store
  readonly clock: Clock
  readonly report: Report
  readonly spawn: Spawn
}

export const lookAfterMs = 2_000
export const giveUpAfterMs = 5_000
const sweepMs = 250

/** JSON: `{"ok": …}` or `{"error": …}`. Text, because most of it only passes through. */
export type OutcomeText = string

export type Ask = (envelope: Envelope) => Promise<OutcomeText>

type Waiting = {
  readonly envelope: Envelope
  readonly sinceMs: number
  readonly settle: (outcome: OutcomeText) => void
  hasLooked: boolean
}

/** One sweep watches over all that wait: a timer for each command would cost more than the command. */
export function asker(deps: AskDeps): Ask & AsyncDisposable {
  const { queue, clock, spawn } = deps
  const waiting = new Set<Waiting>()
  const stopped = new AbortController()
  let isSweeping = false

  async function sweep(): Promise<void> {
    while (waiting.size > 0 && !stopped.signal.aborted) {
      await clock.sleep(sweepMs, stopped.signal)
      const nowMs = clock.monotonicMs()
      for (const each of waiting) {
        // In the order in which they came: those behind it have waited less.
        if (nowMs - each.sinceMs < lookAfterMs) break
        if (nowMs - each.sinceMs >= giveUpAfterMs) each.settle(errorText(wireError('outcome_unknown')))
        else if (!each.hasLooked) lookUp(each)
      }
    }
    isSweeping = false
  }

  function lookUp(each: Waiting): void {
    each.hasLooked = true
    spawn('look up an outcome', async () => {
      const outcome = await storedOutcome(deps.store, each.envelope)
      if (outcome !== null) each.settle(outcome)
    })
  }

  async function ask(envelope: Envelope): Promise<OutcomeText> {
    const expiresAtMs = clock.nowMs() + giveUpAfterMs
    const enqueued = await queue.enqueue({ key: keyOf(envelope), body: JSON.stringify(envelope), expiresAtMs })
    if (enqueued.is === 'refused') {
      return errorText(wireError('overloaded', { retryAfterMs: enqueued.retryAfterMs }))
    }
    return new Promise((resolve) => {
      const each: Waiting = {
        envelope,
        sinceMs: clock.monotonicMs(),
        hasLooked: false,
        settle: (outcome) => {
          waiting.delete(each)
          resolve(outcome)
        },
      }
      waiting.add(each)
      if (!isSweeping) {
        isSweeping = true
        spawn('watch over commands', sweep)
      }
      // An answer never rejects.
      void enqueued.answer.then((answer) => each.settle(textOf(answer)))
    })
  }

  return Object.assign(ask, {
    async [Symbol.asyncDispose]() {
      stopped.abort()
      for (const each of waiting) each.settle(errorText(wireError('outcome_unknown')))
    },
  })
}

/** Commands of one room are done in order; so are those of one person, and those of people who are not signed in. */
export function keyOf({ actor, command }: Envelope): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a prepared command keeps the name and the room
  const room = laneOf(command as unknown as Command)
  if (room !== null) return `room ${room}`
  return actor.is === 'person' ? `user ${actor.user}` : 'guests'
}

function textOf(answer: Answer): OutcomeText {
  switch (answer.is) {
    case 'done':
      return answer.body
    case 'expired':
      return errorText(wireError('expired'))
    case 'lost':
      return errorText(wireError('outcome_unknown'))
    default:
      return answer satisfies never
  }
}

/** What the store knows of a command whose answer was not heard; null: nothing, yet. */
async function storedOutcome(store: Store, { actor, command, fingerprint }: Envelope): Promise<OutcomeText | null> {
  if (actor.is !== 'person') return null
  const author = actor.user
  if (command.cmd === 'send') {
    const sent = await loadFact(store, { need: 'sent', room: command.room, author, id: command.id })
    if (sent !== null && sent.fingerprint === fingerprint) return JSON.stringify({ ok: { seq: sent.seq } })
  }
  // What is kept lacks the secret that the worker would have added: let the retry get it.
  if (commandRules[command.cmd].reveal !== undefined) return null
  const outcome = await loadFact(store, { need: 'outcome', author, id: command.id })
  return outcome !== null && outcome.fingerprint === fingerprint ? outcome.outcome : null
}

export const errorText = (error: WireError): OutcomeText => JSON.stringify({ error })
