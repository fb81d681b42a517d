/**
 * Decides a batch of commands over loaded facts: changes and outcomes, nothing else. Pure: the same facts, commands, time
 * and ids give the same changes.
 */

import assert from 'node:assert/strict'
import type { CommandName } from '../protocol/commands.ts'
import { type WireError, wireError } from '../protocol/errors.ts'
import type { OutcomeRecord } from '../store/records.ts'
import type { Need } from '../store/store.ts'
import { commandRules } from './commands.ts'
import type { Actor, Person } from './actor.ts'
import type { Decided, Deciding, Prepared, Rule } from './decision.ts'
import { Draft } from './draft.ts'
import { type Facts, MissingFact } from './facts.ts'

/** A command as it goes through the queue. */
export type Envelope = {
  readonly actor: Actor
  readonly command: Prepared
  /** Of all that the person asked for, to tell a repeat from another command with the same id [G9]. */
  readonly fingerprint: string
}

export type Outcome = { readonly ok: unknown } | { readonly error: WireError }

export type DecidedBatch =
  | { readonly is: 'decided'; readonly draft: Draft; readonly outcomes: readonly Outcome[] }
  /** These facts were not there: load them and decide again. */
  | { readonly is: 'missing'; readonly needs: readonly Need[] }
  /** A decision broke an assumption of ours: decide the others without it [Q6]. */
  | { readonly is: 'broken'; readonly place: number; readonly error: unknown }

/** The facts that a batch needs for certain, each once or more. */
export function needsOf({ actor, command }: Envelope): readonly Need[] {
  const rule = ruleOf(command)
  const kept: readonly Need[] =
    rule.outcome !== 'none' && actor.is === 'person' ? [{ need: 'outcome', author: actor.user, id: command.id }] : []
  return [...kept, ...(rule.needs?.(command, actor) ?? [])]
}

/** @param at.broken places that are not decided, but answered `internal` */
export function decideBatch(
  facts: Facts,
  batch: readonly Envelope[],
  { broken, ...at }: Omit<Deciding, 'actor' | 'fingerprint'> & { readonly broken?: ReadonlySet<number> },
): DecidedBatch {
  const draft = new Draft(facts)
  const outcomes: Outcome[] = []
  for (const [index, envelope] of batch.entries()) {
    draft.begin(index)
    if (broken?.has(index) === true) {
      outcomes.push({ error: wireError('internal') })
      continue
    }
    try {
      outcomes.push(decideOne(draft, envelope, at))
    } catch (error) {
      if (error instanceof MissingFact) return { is: 'missing', needs: [error.need] }
      return { is: 'broken', place: index, error }
    }
  }
  return { is: 'decided', draft, outcomes }
}

function decideOne(
  draft: Draft,
  { actor, command, fingerprint }: Envelope,
  at: Omit<Deciding, 'actor' | 'fingerprint'>,
): Outcome {
  const rule = ruleOf(command)
  const kept = rule.outcome !== 'none' && actor.is === 'person' ? draft.outcome(actor.user, command.id) : null
  if (kept !== null) return repeatedOutcome(rule, command.cmd, kept, fingerprint, at)

  const decided = rule.decide(draft, command, { ...at, actor, fingerprint })
  assert(!('error' in decided) || !draft.hasChanged, `${command.cmd} refused after it had changed something`)
  if (
    actor.is === 'person' &&
    isKept(rule, decided) &&
    draft.get({ need: 'user', user: actor.user })?.isActive === true
  ) {
    const outcome = outcomeOf(actor, command, fingerprint, at.nowMs, decided)
    draft.putOutcome(outcome, command.cmd === 'send' ? command.room : undefined)
  }
  return 'ok' in decided ? { ok: rule.reveal?.(decided.ok, at.secrets) ?? decided.ok } : decided
}

/** A refusal is an outcome, too: a refused command that comes back from the dead must not be done after all [G9 Q7]. */
function isKept(rule: Rule<CommandName>, decided: Decided<CommandName>): boolean {
  if (rule.outcome === 'none') return false
  if ('ok' in decided) return rule.outcome === 'kept'
  return !decided.error.temporary && decided.error.code !== 'conflict' && decided.error.code !== 'cancelled'
}

function repeatedOutcome(
  rule: Rule<CommandName>,
  cmd: string,
  kept: OutcomeRecord,
  fingerprint: string,
  { secrets }: Pick<Deciding, 'secrets'>,
): Outcome {
  if (kept.cmd === 'cancel') return { error: wireError('cancelled') }
  if (kept.cmd !== cmd || kept.fingerprint !== fingerprint) {
    return { error: wireError('conflict', { first: { id: kept.id, seq: null } }) }
  }
  const outcome = parseOutcome(kept.outcome)
  return 'ok' in outcome ? { ok: rule.reveal?.(outcome.ok, secrets) ?? outcome.ok } : outcome
}

function outcomeOf(
  actor: Person,
  { id, cmd }: Prepared,
  fingerprint: string,
  atMs: number,
  decided: Decided<CommandName>,
): OutcomeRecord {
  const outcome = JSON.stringify(decided)
  return { author: actor.user, id, cmd, fingerprint, outcome, atMs, isForEver: false }
}

function parseOutcome(text: string): Decided<CommandName> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by outcomeOf
  return JSON.parse(text) as Decided<CommandName>
}

function ruleOf(command: Prepared): Rule<CommandName> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the table is typed by name; the name chooses the rule
  return commandRules[command.cmd] as Rule<CommandName>
}
