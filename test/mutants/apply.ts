/** A scratch copy of the sources and the simulation with one deliberate fault in it, and a hunt for that fault. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempDisposableSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Mutant } from './table.ts'

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

export type Hunted = { readonly caught: { readonly seed: number; readonly says: string } | null; readonly ms: number }

/** What the simulation notices of the fault within the time, in a process of its own. */
export async function hunted(mutant: Mutant, limitMs: number): Promise<Hunted> {
  using scratch = mkdtempDisposableSync(join(tmpdir(), 'madang-mutant-'))
  for (const part of ['src', 'test/simulation', 'test/mutants', 'package.json']) {
    mkdirSync(join(scratch.path, part, '..'), { recursive: true })
    cpSync(join(root, part), join(scratch.path, part), { recursive: true })
  }
  symlinkSync(join(root, 'node_modules'), join(scratch.path, 'node_modules'))
  const file = join(scratch.path, 'src', mutant.file)
  writeFileSync(file, mutated(readFileSync(file, 'utf8'), mutant))
  const hunt = join(scratch.path, 'test/mutants/hunt.ts')
  const { stdout } = await run(process.execPath, [hunt, String(limitMs), ...mutant.seeds.map(String)])
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by hunt.ts
  return JSON.parse(stdout) as Hunted
}

/** The text with the fault; throws when its place is not there, or not the only one. */
export function mutated(text: string, { file, from, to }: Mutant): string {
  const parts = text.split(from)
  assert.equal(parts.length, 2, `${file} has this ${parts.length - 1} times, a mutant needs it once:\n${from}`)
  return parts.join(to)
}
