/**
 * `npm run bench`: what a delivery, a durable send, a connection cost, for Madang and for its peers, in rounds that take
 * every server in turn. Prints Markdown tables; `--write` keeps them in RESULTS.md.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killChildrenAtExit, startChild } from './children.ts'
import { crowdOf, type Figures, type Job, parseFigures } from './load/job.ts'
import { describeMachine, loadNow } from './machine.ts'
import { type Options, parseOptions, usage } from './options.ts'
import { type Outcome, sectionOf, writeSections } from './report.ts'
import { type ControlName, controls, type Entrant, isControl, type Scenario, scenarios } from './scenarios.ts'
import { isMadangThere } from './servers/madang.ts'
import { type ServerName, servers } from './servers/roster.ts'

/** What a run may take besides measuring: opening 10 000 links, draining, settling. */
const besidesMs = 60_000
const figuresLine = /^figures (.*)$/

killChildrenAtExit()
await main()

async function main(): Promise<void> {
  const options = optionsOrExit()
  const scratchDir = mkdtempSync(join(tmpdir(), 'madang-bench-'))
  process.on('exit', () => rmSync(scratchDir, { recursive: true, force: true }))
  const loadBefore = loadNow()
  const outcomes = new Map<Scenario, Outcome[]>(options.scenarios.map((scenario) => [scenario, []]))
  for (let round = 0; round < options.rounds; round++) {
    for (const [scenario, kept] of outcomes) {
      for (const entrant of turnsOf(scenario, options, round)) {
        const figures = await tryRun(scenario, entrant, { options, scratchDir })
        kept.push({ entrant, figures })
        console.error(
          `round ${round + 1}: ${scenario.name}, ${entrant}: ${figures === null ? 'failed' : brief(figures)}`,
        )
      }
    }
  }
  const sections = [...outcomes]
    .filter(([, kept]) => kept.length > 0)
    .map(([scenario, kept]) => sectionOf(scenario, kept))
  const context = `Rounds: ${options.rounds}, of ${options.seconds} s. ${describeMachine(loadBefore)}`
  console.log([...sections.map(({ text }) => text), context].join('\n\n'))
  const names = scenarios.map(({ name }) => name)
  if (options.isWriting) writeSections(sections, { path: join(import.meta.dirname, 'RESULTS.md'), context, names })
}

function optionsOrExit(): Options {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    return process.exit(2)
  }
}

/** Who runs in this round; each round begins with another one, so that nobody always follows the same neighbour. */
function turnsOf(scenario: Scenario, options: Options, round: number): readonly Entrant[] {
  const entrants = scenario.entrants.filter(
    (entrant) => options.isTakingPart(entrant) && (entrant !== 'madang' || isMadangThere()),
  )
  const first = entrants.length === 0 ? 0 : round % entrants.length
  return [...entrants.slice(first), ...entrants.slice(0, first)]
}

type RunContext = { readonly options: Options; readonly scratchDir: string }

/** A run that fails is a result, too: it is shown in the table, and the others go on. */
async function tryRun(scenario: Scenario, entrant: Entrant, context: RunContext): Promise<Figures | null> {
  try {
    if (isControl(entrant)) return await runControl(entrant, context)
    return await runServer(scenario, entrant, context)
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    return null
  }
}

async function runControl(name: ControlName, { options, scratchDir }: RunContext): Promise<Figures> {
  const argv = [
    'bench/controls/sqlite-insert.ts',
    scratchDir,
    String(controls[name].rowsPerCommit),
    String(options.seconds),
  ]
  await using control = startChild({ name: 'sqlite-insert', argv })
  return parseFigures(await control.says(figuresLine, options.seconds * 1000 + besidesMs))
}

async function runServer(scenario: Scenario, name: ServerName, { options, scratchDir }: RunContext): Promise<Figures> {
  const { dialect, start } = servers[name]
  await using server = await start(crowdOf(scenario.work), scratchDir)
  const { seconds, warmSeconds } = options
  const job: Job = { dialect, port: server.port, serverPid: server.pid, warmSeconds, seconds, work: scenario.work }
  await using load = startChild({ name: 'load', argv: ['bench/load/client.ts', JSON.stringify(job)] })
  return parseFigures(await load.says(figuresLine, (warmSeconds + seconds) * 1000 + besidesMs))
}

function brief(figures: Figures): string {
  const shown = [
    'usPerDelivery',
    'deliveriesPerSecond',
    'usPerSend',
    'answerP50Ms',
    'usPerLink',
    'rssKbPerLink',
    'clientBusyPercent',
  ]
  return shown.flatMap((name) => (figures[name] ? [`${name} ${figures[name].toFixed(1)}`] : [])).join(', ')
}
