/** A scratch copy of the sources and the simulation with one deliberate fault in it, and a hunt for that fault. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempDisposableSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Mutant } from './mutant.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

/** What was noticed, in the words of what noticed it; null: nothing. */
export type Noticed = string | null

/** What is noticed of the fault within the time, by a process of its own. */
export async function noticed(mutant: Mutant, limitMs: number): Promise<Noticed> {
  using scratch = mkdtempDisposableSync(join(tmpdir(), 'madang-mutant-'))
  for (const part of ['src', 'test/simulation', 'test/mutants', 'tools', 'package.json', 'vitest.config.ts']) {
    mkdirSync(join(scratch.path, part, '..'), { recursive: true })
    cpSync(join(root, part), join(scratch.path, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(scratch.path, 'node_modules'))
  const file = join(scratch.path, 'src', mutant.file)
  writeFileSync(file, mutated(readFileSync(file, 'utf8'), mutant))
  const { noticedBy } = mutant
  if ('test' in noticedBy) return await failingTest(scratch.path, noticedBy.test)
  const hunt = join(scratch.path, 'test/mutants/hunt.ts')
  const { stdout } = await run(process.execPath, [hunt, String(limitMs), String(noticedBy.seed)])
  return stdout === '' ? null : stdout
}

/** The first test of a file that fails; null: none. Throws when the tests cannot be run. */
async function failingTest(folder: string, file: string): Promise<Noticed> {
  const report = join(folder, 'report.json')
  const options = ['run', '--bail=1', '--reporter=json', `--outputFile=${report}`, file]
  // It ends with a failure, as it should: the report says of what.
  await run(process.execPath, [join(folder, 'node_modules/vitest/vitest.mjs'), ...options], { cwd: folder }).catch(
    () => {},
  )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- vitest's report
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as Report
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  assert(tests.length > 0, `${file} has no tests`)
  return tests.find(({ status }) => status === 'failed')?.fullName ?? null
}

type Report = {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** The text with the fault; throws when its place is not there, or not the only one. */
export function mutated(text: string, { file, from, to }: Mutant): string {
  const parts = text.split(from)
  assert.equal(parts.length, 2, `${file} has this ${parts.length - 1} times, a mutant needs it once:\n${from}`)
  return parts.join(to)
}
