/** What the numbers depend on: the machine, the versions, and how busy it was. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { nodeBin, projectDir } from './children.ts'

/** One line: date, machine, versions, load before and now. `loadBefore` is `loadNow()` of before the first run. */
export function describeMachine(loadBefore: string): string {
  const [cpu] = cpus()
  const { node, sqlite } = parseVersions(
    execFileSync(nodeBin, ['-p', 'JSON.stringify(process.versions)'], { encoding: 'utf8' }),
  )
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`
  const machine = `${cpus().length} cores of ${cpu?.model ?? 'an unknown CPU'}, ${memory}, Linux ${release()}`
  const versions = `Madang ${versionOf('.')}, node ${node}, ws ${versionOf('node_modules/ws')}, Socket.IO ${versionOf('node_modules/socket.io')}, SQLite ${sqlite}`
  return `${new Date().toISOString().slice(0, 16)}Z; ${machine}; ${versions}; load average ${loadBefore} before, ${loadNow()} after.`
}

/** The load average over one minute. */
export const loadNow = (): string => (loadavg()[0] ?? 0).toFixed(2)

function versionOf(folder: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(projectDir, folder, 'package.json'), 'utf8'))
  return version
}

const parseVersions = (text: string): { readonly node: string; readonly sqlite: string } => JSON.parse(text)
