/** Limits of a running process, by util-linux's prlimit: lowering and restoring a soft one needs no rights. */

import { spawnSync } from 'node:child_process'

/** Of the system (util-linux), not of a package. */
const programs = { prlimit: 'prlimit' }

export const hasPrlimit = spawnSync(programs.prlimit, ['--version']).status === 0

/** `fsize`: bytes of a file that may be written; `nofile`: open files. Null: as much as the hard limit allows. */
export function limitProcess(pid: number, limit: 'fsize' | 'nofile', soft: number | null): void {
  const value = soft ?? hardLimit(pid, limit)
  const { status, stderr } = spawnSync(programs.prlimit, ['--pid', String(pid), `--${limit}=${value}:`], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`prlimit: ${stderr}`)
}

function hardLimit(pid: number, limit: string): string {
  const args = ['--pid', String(pid), `--${limit}`, '--output=HARD', '--noheadings', '--raw']
  return spawnSync(programs.prlimit, args, { encoding: 'utf8' }).stdout.trim()
}
