/**
 * The worker: takes batches of commands from the queue, decides them, commits them, announces them and answers them, in
 * this order. An answer is given only for what is on disk [G1]. What another worker overtook is loaded and decided again.
 * A command that cannot be decided or written does not take its neighbours along [Q6].
 */

import type { Clock } from '../clock.ts'
import { wireError } from '../protocol/errors.ts'
import type { BatchHandler, CommandQueue } from '../queue/commands.ts'
import type { Report } from '../spawn.ts'
import type { Committed, Need, Store, Unit } from '../store/store.ts'
import type { Announcer } from './announce.ts'
import { commandBreak } from './ask.ts'
import { type Envelope, type Outcome, decideBatch, needsOf } from './decide.ts'
import type { Draft, DraftUnit } from './draft.ts'
import { Facts, needKey } from './facts.ts'
import { KnownFacts } from './known-facts.ts'
import type { Secrets } from './secrets.ts'

export type WorkerDeps = {
  readonly store: Store
  readonly announce: Announcer
  readonly clock: Clock
  readonly secrets: Secrets
  readonly newId: () => string
  readonly report: Report
  /** No other worker commits to this store: what is known of people changes by this one's work alone. */
  readonly isAlone?: boolean
}

type Deps = WorkerDeps & { readonly known: KnownFacts }

/** Enough to fill a commit; more would only make the first one wait for the last. */
const batchMax = 256
/** Being overtaken this often in a row means that something else is wrong. */
const attemptsMax = 8
const retryMs = 50

/** Works on the queue until disposed, which waits for what it has begun. */
export function openWorker(queue: CommandQueue, deps: WorkerDeps): AsyncDisposable {
  return queue.work({ batchMax }, batchHandler(deps))
}

/** The worker's work, for the queue and for simulations: throws when it cannot say what became of the batch. */
export function batchHandler(workerDeps: WorkerDeps): BatchHandler {
  const deps = { ...workerDeps, known: new KnownFacts() }
  return async (queued) => {
    const nowMs = deps.clock.nowMs()
    const items = queued.map(({ body, expiresAtMs }) => ({
      envelopes: body.split(commandBreak).map(parseEnvelope),
      // A queue that comes back from the dead hands out what was given up, and done otherwise, long ago [Q7].
      isExpired: expiresAtMs <= nowMs,
    }))
    const started = items.flatMap(({ envelopes, isExpired }) => (isExpired ? [] : envelopes))
    const outcomes = (await settle(deps, started)).values()
    const outcomeOf = (isExpired: boolean): Outcome =>
      (isExpired ? undefined : outcomes.next().value) ?? { error: wireError('expired') }
    return items.map(({ envelopes, isExpired }) =>
      envelopes.map(() => JSON.stringify(outcomeOf(isExpired))).join(commandBreak),
    )
  }
}

async function settle(deps: Deps, batch: readonly Envelope[]): Promise<readonly Outcome[]> {
  const outcomes: (Outcome | null)[] = batch.map(() => null)
  const alone: number[] = []
  let left = batch.map((_, index) => index)
  for (let attempt = 1; left.length > 0 && attempt <= attemptsMax; attempt++) {
    left = await settleSome(deps, batch, left, outcomes, alone)
  }
  if (left.length > 0) deps.report('overtaken too often', { commands: left.length, attempts: attemptsMax })
  for (const index of left) outcomes[index] = { error: wireError('outcome_unknown') }
  // A command that the store refuses took its unit along: each of them once more, by itself, in order.
  for (const index of alone) {
    for (let attempt = 1; outcomes[index] === null; attempt++) {
      const refused: number[] = []
      if (attempt <= attemptsMax) await settleSome(deps, batch, [index], outcomes, refused)
      if (refused.length > 0 || attempt > attemptsMax) outcomes[index] = { error: wireError('internal') }
    }
  }
  return outcomes.map((outcome) => outcome ?? { error: wireError('internal') })
}

/** Decides and commits the commands at `indexes`; gives back those that were overtaken. */
async function settleSome(
  deps: Deps,
  batch: readonly Envelope[],
  indexes: readonly number[],
  outcomes: (Outcome | null)[],
  alone: number[],
): Promise<number[]> {
  const envelopes = indexes.flatMap((index) => batch[index] ?? [])
  const decided = await decideWithFacts(deps, envelopes)
  const units = decided.draft.units()
  const expects = decided.isAssumed && deps.isAlone !== true ? profilesOf(decided.facts, envelopes) : []
  const committed = await commitOrNull(deps, units, expects)
  if (committed?.every(({ is }) => is === 'committed') === true) deps.known.keep(decided.facts)
  else deps.known.forget()
  // Unknown whether it was written: the same commands again find out, each by its id.
  if (committed === null) return [...indexes]

  const changed = new Set(units.flatMap(({ commands }) => commands))
  // Those of no unit have changed nothing, and seen nothing that a unit of this batch decided.
  for (const [place, index] of indexes.entries()) {
    if (!changed.has(place)) outcomes[index] = decided.outcomes[place] ?? null
  }
  const overtaken: number[] = []
  const written: DraftUnit[] = []
  for (const [at, unit] of units.entries()) {
    const is = committed[at]?.is ?? 'stale'
    const places = unit.commands.map((place) => ({ place, index: indexes[place] ?? 0 }))
    if (is === 'committed') {
      written.push(unit)
      for (const { place, index } of places) outcomes[index] = decided.outcomes[place] ?? null
    } else if (is === 'stale' || decided.isAssumed) {
      overtaken.push(...places.map(({ index }) => index))
    } else {
      deps.report('store refused a unit', { committed: committed[at], commands: places.length })
      alone.push(...places.map(({ index }) => index))
    }
  }
  await deps.announce(written.flatMap(({ changes }) => changes))
  return overtaken.toSorted((a, b) => a - b)
}

type DecidedWithFacts = {
  readonly draft: Draft
  readonly outcomes: readonly Outcome[]
  readonly facts: Facts
  /** Nothing was loaded: what is not as it was thought is found out by committing. */
  readonly isAssumed: boolean
}

async function decideWithFacts(
  { store, clock, newId, secrets, report, known }: Deps,
  batch: readonly Envelope[],
): Promise<DecidedWithFacts> {
  const needs = new Map<string, Need>()
  const broken = new Set<number>()
  const fail = (place: number, error: unknown): void => {
    report('a decision failed', { error, cmd: batch[place]?.command.cmd })
    broken.add(place)
  }
  for (const [place, envelope] of batch.entries()) {
    try {
      for (const need of needsOf(envelope)) needs.set(needKey(need), need)
    } catch (error) {
      fail(place, error)
    }
  }
  const assumed = broken.size > 0 ? null : known.assume(batch, [...needs.values()])
  if (assumed !== null) {
    const decided = decideBatch(assumed, batch, { nowMs: clock.nowMs(), newId, secrets, broken: new Set() })
    // Committing finds out what is not so; a refusal is not committed, so it has to be loaded for.
    if (decided.is === 'decided' && decided.outcomes.every((outcome) => 'ok' in outcome)) {
      return { ...decided, facts: assumed, isAssumed: true }
    }
  }
  for (;;) {
    const wanted = [...needs.values()]
    // One snapshot for all: facts from different moments could contradict each other.
    const facts = new Facts()
    facts.add(wanted, wanted.length === 0 ? [] : await store.load(wanted))
    known.loaded(facts)
    const decided = decideBatch(facts, batch, { nowMs: clock.nowMs(), newId, secrets, broken })
    if (decided.is === 'decided') return { ...decided, facts, isAssumed: false }
    if (decided.is === 'broken') fail(decided.place, decided.error)
    else for (const need of decided.needs) needs.set(needKey(need), need)
  }
}

async function commitOrNull(
  { store, clock, report }: WorkerDeps,
  units: readonly DraftUnit[],
  expects: NonNullable<Unit['expects']>,
): Promise<readonly Committed[] | null> {
  if (units.length === 0) return []
  try {
    return await store.commit(units.map(({ unit }) => (expects.length === 0 ? unit : { ...unit, expects })))
  } catch (error) {
    report('commit failed', { error, units: units.length })
    await clock.sleep(retryMs)
    return null
  }
}

/** The authors' profiles as they were assumed: whoever was deactivated meanwhile is found out by committing [G6]. */
function profilesOf(facts: Facts, batch: readonly Envelope[]): NonNullable<Unit['expects']> {
  const users = new Set(batch.flatMap(({ actor }) => (actor.is === 'person' ? [actor.user] : [])))
  return [...users].flatMap((user) => {
    const record = facts.get({ need: 'user', user })
    return record === null ? [] : [{ user, rev: record.rev }]
  })
}

function parseEnvelope(body: string): Envelope {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by ask.ts, and checked before
  return JSON.parse(body) as Envelope
}
