/**
 * Long counts of the proofs: `node tools/proof.ts --minutes 10`. Goes on where it stopped (test/proof/state.json), so that
 * it can run in the background again and again, and writes what has been counted to test/proof/RESULTS.md.
 *
 * Worlds of the simulation run from the next seed that was never used. Rounds that kill real processes are run when
 * test/faults/proof.ts is there: it exports `proveFor(minutes)`, which gives a `Proof` of what it did.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runWorld } from '../test/simulation/run.ts'

/** What a round of proofs counted: names of what was done and of the faults, with how often; and what was broken. */
export type Proof = {
  readonly counts: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  readonly failures: readonly string[]
}

type State = {
  nextSeed: number
  minutes: number
  counts: Record<string, number>
  faults: Record<string, number>
  /** Newest last. */
  failures: string[]
}

const root = join(import.meta.dirname, '..')
const folder = join(root, 'test/proof')
const stateFile = join(folder, 'state.json')
const faultsFile = join(root, 'test/faults/proof.ts')
const failuresMax = 100
const saveEveryMs = 15_000

async function prove(minutes: number): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const state = load()
  const hasFaults = existsSync(faultsFile)
  const simulationMs = minutes * 60_000 * (hasFaults ? 0.5 : 1)
  await simulate(state, simulationMs)
  if (hasFaults) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the head of this file says
    const { proveFor } = (await import(faultsFile)) as { proveFor: (minutes: number) => Promise<Proof> }
    add(state, await proveFor(minutes / 2))
  }
  state.minutes += minutes
  save(state)
}

async function simulate(state: State, ms: number): Promise<void> {
  const startMs = performance.now()
  let savedMs = startMs
  while (performance.now() - startMs < ms) {
    const seed = state.nextSeed++
    try {
      const { troubles, names: _names, ...counts } = await runWorld(seed)
      add(state, { counts: { worlds: 1, ...counts }, faults: troubles, failures: [] })
    } catch (error) {
      const [says = ''] = String(error).split('\n')
      add(state, { counts: { worlds: 1 }, faults: {}, failures: [`SEED=${seed} (${commit()}): ${says}`] })
      process.exitCode = 1
    }
    if (performance.now() - savedMs < saveEveryMs) continue
    savedMs = performance.now()
    save(state)
  }
}

function add(state: State, { counts, faults, failures }: Proof): void {
  for (const [name, count] of Object.entries(counts)) state.counts[name] = (state.counts[name] ?? 0) + Math.round(count)
  for (const [name, count] of Object.entries(faults)) state.faults[name] = (state.faults[name] ?? 0) + count
  state.failures = [...state.failures, ...failures].slice(-failuresMax)
}

function load(): State {
  if (!existsSync(stateFile)) return { nextSeed: 1_000_000, minutes: 0, counts: {}, faults: {}, failures: [] }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `save`
  return JSON.parse(readFileSync(stateFile, 'utf8')) as State
}

function save(state: State): void {
  writeFileSync(stateFile, `${JSON.stringify(state, null, 2)}\n`)
  writeFileSync(join(folder, 'RESULTS.md'), results(state))
}

function results({ counts, faults, failures, minutes, nextSeed }: State): string {
  const [cpu] = cpus()
  const number = (value: number): string => value.toLocaleString('en')
  const rows = (of: Record<string, number>): string =>
    Object.entries(of)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `| ${name} | ${number(count)} |`)
      .join('\n')
  return `# Long counts of the proofs

Made by \`npm run proof\` (tools/proof.ts); the counts add up over its runs, also over versions of the code.

- Last run: ${new Date().toISOString().slice(0, 10)}, commit ${commit()}, Node ${process.version}
- Machine: ${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB
- Time in all: ${number(minutes)} minutes; next seed: ${nextSeed}

| what was done | times |
|---|---|
${rows(counts)}

| faults | times |
|---|---|
${rows(faults)}

## Failures

${failures.length === 0 ? 'None.' : failures.map((failure) => `- ${failure}`).join('\n')}
`
}

function commit(): string {
  try {
    const git = (...of: string[]): string => execFileSync('git', of, { cwd: root, encoding: 'utf8' }).trim()
    const isChanged = git('status', '--porcelain', '--', 'src', 'test/simulation') !== ''
    return git('rev-parse', '--short', 'HEAD') + (isChanged ? ' with changes' : '')
  } catch {
    return 'unknown'
  }
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
await prove(Number(values.minutes))
