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

export type Ask = {
  (envelope: Envelope): Promise<OutcomeText>
  /**
   * The same for commands of one key, one answer each. They go through the queue as one: they are handled in their order or
   * not at all, so that none overtakes one before it that has to be asked again [G10].
   */
  readonly inOrder: (envelopes: readonly Envelope[]) => Promise<readonly OutcomeText[]>
}

type Waiting = {
  readonly envelopes: readonly Envelope[]
  readonly sinceMs: number
  readonly settle: (outcomes: readonly OutcomeText[]) => void
  hasLooked: boolean
}

/** Between the commands of one queued item, and between their outcomes: JSON has no line breaks. */
export const commandBreak = '\n'

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
        if (nowMs - each.sinceMs >= giveUpAfterMs) each.settle(allFailed(each.envelopes, wireError('outcome_unknown')))
        else if (!each.hasLooked) lookUp(each)
      }
    }
    isSweeping = false
  }

  function lookUp(each: Waiting): void {
    each.hasLooked = true
    spawn('look up an outcome', async () => {
      const outcomes = await Promise.all(each.envelopes.map(async (envelope) => storedOutcome(deps.store, envelope)))
      const known = outcomes.filter((outcome) => outcome !== null)
      if (known.length === outcomes.length) each.settle(known)
    })
  }

  async function inOrder(envelopes: readonly Envelope[]): Promise<readonly OutcomeText[]> {
    const [first] = envelopes
    if (first === undefined) return []
    const expiresAtMs = clock.nowMs() + giveUpAfterMs
    const body = envelopes.map((envelope) => JSON.stringify(envelope)).join(commandBreak)
    const enqueued = await queue.enqueue({ key: keyOf(first), body, expiresAtMs })
    if (enqueued.is === 'refused') {
      return allFailed(envelopes, wireError('overloaded', { retryAfterMs: enqueued.retryAfterMs }))
    }
    return new Promise((resolve) => {
      const each: Waiting = {
        envelopes,
        sinceMs: clock.monotonicMs(),
        hasLooked: false,
        settle: (outcomes) => {
          waiting.delete(each)
          resolve(outcomes)
        },
      }
      waiting.add(each)
      if (!isSweeping) {
        isSweeping = true
        spawn('watch over commands', sweep)
      }
      // An answer never rejects.
      void enqueued.answer.then((answer) => each.settle(textsOf(answer, envelopes)))
    })
  }

  async function ask(envelope: Envelope): Promise<OutcomeText> {
    const [outcome] = await inOrder([envelope])
    return outcome ?? errorText(wireError('outcome_unknown'))
  }

  return Object.assign(ask, {
    inOrder,
    async [Symbol.asyncDispose]() {
      stopped.abort()
      for (const each of waiting) each.settle(allFailed(each.envelopes, wireError('outcome_unknown')))
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

function textsOf(answer: Answer, envelopes: readonly Envelope[]): readonly OutcomeText[] {
  switch (answer.is) {
    case 'done':
      return answer.body.split(commandBreak)
    case 'expired':
      return allFailed(envelopes, wireError('expired'))
    case 'lost':
      return allFailed(envelopes, wireError('outcome_unknown'))
    default:
      return answer satisfies never
  }
}

function allFailed(envelopes: readonly Envelope[], error: WireError): readonly OutcomeText[] {
  return envelopes.map(() => errorText(error))
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
