/** The command line of the benchmark. */

import { parseArgs } from 'node:util'
import { type Entrant, type Scenario, scenarios } from './scenarios.ts'

export type Options = {
  readonly rounds: number
  readonly seconds: number
  readonly warmSeconds: number
  readonly scenarios: readonly Scenario[]
  readonly isTakingPart: (entrant: Entrant) => boolean
  readonly isWriting: boolean
}

export const usage = `node bench/run.ts [options]
  --rounds N        interleaved rounds (5; at most 50)
  --seconds S       of measuring in each run (4; at most 60)
  --quick           1 round of 2 s: about 2 minutes
  --scenario a,b    only these: ${scenarios.map(({ name }) => name).join(', ')}
  --only a,b        only these servers: madang, socketio, ws-loop, ws-prepared, sqlite-1, sqlite-10, sqlite-100
  --write           put the tables into bench/RESULTS.md`

/** What was asked for; throws, with words for people, when it cannot be. */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      scenario: { type: 'string' },
      only: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  })
  const entrants = new Set<string>(scenarios.flatMap((scenario) => scenario.entrants))
  const only = namesIn(values.only, entrants)
  const wanted = namesIn(values.scenario, new Set(scenarios.map(({ name }) => name)))
  return {
    rounds: Math.ceil(numberIn(values.rounds, { standard: values.quick ? 1 : 5, max: 50 })),
    seconds: numberIn(values.seconds, { standard: values.quick ? 2 : 4, max: 60 }),
    warmSeconds: values.quick ? 0.5 : 1,
    scenarios: scenarios.filter(({ name }) => wanted.has(name)),
    isTakingPart: (entrant) => only.has(entrant),
    isWriting: values.write,
  }
}

function namesIn(text: string | undefined, known: ReadonlySet<string>): ReadonlySet<string> {
  if (text === undefined) return known
  const names = text.split(',')
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(', ')}; there are ${[...known].join(', ')}`)
  return new Set(names)
}

function numberIn(
  text: string | undefined,
  { standard, max }: { readonly standard: number; readonly max: number },
): number {
  if (text === undefined) return standard
  const value = Number(text)
  if (!(value > 0 && value <= max)) throw new Error(`${text}: not a number above 0 and up to ${max}`)
  return value
}
