/** Rounds into medians, medians into Markdown, Markdown into RESULTS.md. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Figures } from './load/job.ts'
import { type Column, controls, type Entrant, isControl, type Scenario } from './scenarios.ts'
import { servers } from './servers/roster.ts'

/** What one entrant did in one round; null: the run failed. */
export type Outcome = { readonly entrant: Entrant; readonly figures: Figures | null }

/** What must be zero in every run. */
const faultNames = ['gap', 'repeat', 'wrongRoom', 'wrongSeq', 'refused', 'unfinished', 'dead']

export type Section = { readonly name: string; readonly text: string }

/** One scenario's table: medians over the rounds, and every fault of every round. */
export function sectionOf(scenario: Scenario, outcomes: readonly Outcome[]): Section {
  const entrants = scenario.entrants.filter((name) => outcomes.some(({ entrant }) => entrant === name))
  const peer = medianOf(outcomes, 'socketio', scenario.compared ?? '')
  const head = [
    '',
    ...scenario.columns.map(({ title }) => title),
    ...(Number.isNaN(peer) ? [] : ['Socket.IO’s is']),
    'rounds',
    'faults',
  ]
  const rows = entrants.map((entrant) => [
    titleOf(entrant),
    ...scenario.columns.map((column) => cell(outcomes, entrant, column)),
    ...(Number.isNaN(peer) ? [] : [ratio(peer, medianOf(outcomes, entrant, scenario.compared ?? ''))]),
    roundsOf(outcomes, entrant),
    faultsOf(outcomes, entrant),
  ])
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'))
  const table = [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  return { name: scenario.name, text: `## ${scenario.title}\n\n${scenario.says}\n\n${table}` }
}

export type Writing = {
  readonly path: string
  /** When, where and with what the sections were measured. */
  readonly context: string
  readonly names: readonly string[]
}

/** Puts the sections, each with `context`, in place of their older selves in the file; in the order of `names`. */
export function writeSections(sections: readonly Section[], { path, context, names }: Writing): void {
  const known = new Map<string, string>()
  const old = existsSync(path) ? readFileSync(path, 'utf8') : ''
  for (const [, name, text] of old.matchAll(/<!-- begin (\S+) -->\n([\s\S]*?)\n<!-- end \1 -->/g)) {
    if (name !== undefined && text !== undefined) known.set(name, text)
  }
  for (const { name, text } of sections) known.set(name, `${text}\n\n${context}`)
  const parts = names.flatMap((name) => {
    const text = known.get(name)
    return text === undefined ? [] : [`<!-- begin ${name} -->\n${text}\n<!-- end ${name} -->`]
  })
  writeFileSync(path, `${[intro, ...parts].join('\n\n')}\n`)
}

const intro = `# What it costs

Written by \`npm run bench -- --write\`. CPU is user and system time of the server's processes from \`/proc\`; figures are
medians over interleaved rounds, with the lowest and the highest where they are in brackets. Trust ratios inside one
table: absolute numbers drift by 15 to 25 % with what else the machine does. Faults are messages that were missing,
repeated, out of order or in the wrong room, refused sends and links that died, over all rounds. Server and load share
the machine, over loopback. The peers check nothing, keep nothing and know nobody; Madang signs everybody in and
answers a send when it is on the disk.`

const ratio = (peer: number, own: number): string => (Number.isNaN(own) ? '-' : `${(peer / own).toFixed(2)}x`)

function cell(outcomes: readonly Outcome[], entrant: Entrant, { figure, digits, hasRange }: Column): string {
  const values = valuesOf(outcomes, entrant, figure)
  if (values.length === 0) return '-'
  const middle = median(values).toFixed(digits)
  if (hasRange !== true || values.length === 1) return middle
  return `${middle} (${Math.min(...values).toFixed(digits)}-${Math.max(...values).toFixed(digits)})`
}

function roundsOf(outcomes: readonly Outcome[], entrant: Entrant): string {
  const own = outcomes.filter((outcome) => outcome.entrant === entrant)
  const failed = own.filter(({ figures }) => figures === null).length
  return failed === 0 ? String(own.length) : `${own.length}, ${failed} failed`
}

function faultsOf(outcomes: readonly Outcome[], entrant: Entrant): string {
  const sums = faultNames.flatMap((name) => {
    const sum = valuesOf(outcomes, entrant, name).reduce((total, value) => total + value, 0)
    return sum === 0 ? [] : [`${sum} ${name}`]
  })
  return sums.length === 0 ? '0' : sums.join(', ')
}

const medianOf = (outcomes: readonly Outcome[], entrant: Entrant, figure: string): number =>
  median(valuesOf(outcomes, entrant, figure))

function valuesOf(outcomes: readonly Outcome[], entrant: Entrant, figure: string): readonly number[] {
  return outcomes.flatMap((outcome) => {
    const value = outcome.entrant === entrant ? outcome.figures?.[figure] : undefined
    // JSON has no NaN: a percentile of nothing arrives as null.
    return typeof value === 'number' ? [value] : []
  })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? Number.NaN
  return (low + high) / 2
}

const titleOf = (entrant: Entrant): string => (isControl(entrant) ? controls[entrant] : servers[entrant]).title
