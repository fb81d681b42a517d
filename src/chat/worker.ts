/**
 * The worker: takes batches of commands from the queue, decides them, commits them, announces them and answers them, in
 * this order. An answer is given only for what is on disk [G1]. What another worker overtook is loaded and decided again.
 * A command that cannot be decided or written does not take its neighbours along [Q6].
 */

import type { Clock } from '../clock.ts'
import { wireError } from '../protocol/errors.ts'
import type { BatchHandler, CommandQueue } from '../queue/commands.ts'
import type { Report } from '../spawn.ts'
import type { Committed, Need, Store } from '../store/store.ts'
import type { Announcer } from './announce.ts'
import { type Envelope, type Outcome, decideBatch, needsOf } from './decide.ts'
import type { Draft, DraftUnit } from './draft.ts'
import { Facts, needKey } from './facts.ts'
import type { Secrets } from './secrets.ts'

export type WorkerDeps = {
  readonly store: Store
  readonly announce: Announcer
  readonly clock: Clock
  readonly secrets: Secrets
  readonly newId: () => string
  readonly report: Report
}

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
export function batchHandler(deps: WorkerDeps): BatchHandler {
  return async (queued) => {
    const batch = queued.map(({ body }) => parseEnvelope(body))
    const outcomes = await settle(deps, batch)
    return outcomes.map((outcome) => JSON.stringify(outcome))
  }
}

async function settle(deps: WorkerDeps, batch: readonly Envelope[]): Promise<readonly Outcome[]> {
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
  deps: WorkerDeps,
  batch: readonly Envelope[],
  indexes: readonly number[],
  outcomes: (Outcome | null)[],
  alone: number[],
): Promise<number[]> {
  const envelopes = indexes.flatMap((index) => batch[index] ?? [])
  const decided = await decideWithFacts(deps, envelopes)
  const units = decided.draft.units()
  const committed = await commitOrNull(deps, units)
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
    } else if (is === 'stale') {
      overtaken.push(...places.map(({ index }) => index))
    } else {
      deps.report('store refused a unit', { committed: committed[at], commands: places.length })
      alone.push(...places.map(({ index }) => index))
    }
  }
  await deps.announce(written.flatMap(({ changes }) => changes))
  return overtaken.toSorted((a, b) => a - b)
}

async function decideWithFacts(
  { store, clock, newId, secrets, report }: WorkerDeps,
  batch: readonly Envelope[],
): Promise<{ readonly draft: Draft; readonly outcomes: readonly Outcome[] }> {
  const needs = new Map<string, Need>()
  for (const need of batch.flatMap(needsOf)) needs.set(needKey(need), need)
  const broken = new Set<number>()
  for (;;) {
    const wanted = [...needs.values()]
    // One snapshot for all: facts from different moments could contradict each other.
    const facts = new Facts()
    facts.add(wanted, wanted.length === 0 ? [] : await store.load(wanted))
    const decided = decideBatch(facts, batch, { nowMs: clock.nowMs(), newId, secrets, broken })
    if (decided.is === 'decided') return decided
    if (decided.is === 'broken') {
      const { place, error } = decided
      report('a decision failed', { error, cmd: batch[place]?.command.cmd })
      broken.add(place)
    } else {
      for (const need of decided.needs) needs.set(needKey(need), need)
    }
  }
}

async function commitOrNull(
  { store, clock, report }: WorkerDeps,
  units: readonly DraftUnit[],
): Promise<readonly Committed[] | null> {
  if (units.length === 0) return []
  try {
    return await store.commit(units.map(({ unit }) => unit))
  } catch (error) {
    report('commit failed', { error, units: units.length })
    await clock.sleep(retryMs)
    return null
  }
}

function parseEnvelope(body: string): Envelope {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by ask.ts, and checked before
  return JSON.parse(body) as Envelope
}
