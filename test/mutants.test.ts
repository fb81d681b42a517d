/** Breaks the code on purpose (test/mutants/table.ts): the simulation has to notice each fault, or it proves nothing. */

import { availableParallelism } from 'node:os'
import { expect, test } from 'vitest'
import { type Noticed, noticed } from './mutants/apply.ts'
import { mutants } from './mutants/table.ts'

/** On a free core each is caught within three seconds; on a busy one it may take longer, and is caught all the same. */
const limitMs = 12_000
const processesMax = Math.min(3, availableParallelism())
const entries = Object.entries(mutants)

/** All hunts, a few at a time, from the moment the first is asked for. */
let hunts: Map<string, Promise<Noticed>> | null = null
function huntFor(name: string): Promise<Noticed> {
  hunts ??= startAll()
  return hunts.get(name) ?? Promise.reject(new Error(`no mutant ${name}`))
}

function startAll(): Map<string, Promise<Noticed>> {
  const lines = Array.from({ length: processesMax }, () => Promise.resolve())
  return new Map(
    entries.map(([name, mutant], index) => {
      const line = index % processesMax
      const hunt = (lines[line] ?? Promise.resolve()).then(async () => await noticed(mutant, limitMs))
      lines[line] = hunt.then(
        () => {},
        () => {},
      )
      return [name, hunt] as const
    }),
  )
}

test('there are enough mutants', () => {
  expect(entries.length).toBeGreaterThanOrEqual(24)
})

for (const [name, { rule }] of entries) {
  test(`[${rule}] is noticed: ${name}`, { timeout: entries.length * limitMs }, async () => {
    expect(await huntFor(name), 'nothing has noticed it').not.toBeNull()
  })
}
