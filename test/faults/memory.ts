/** How much memory a process holds, where the system tells: on Linux. */

import { existsSync, readFileSync } from 'node:fs'

export const canReadMemory = existsSync('/proc/self/status')

/** Resident set size in MiB; null where the system does not tell. Says so, for a check that is left out is no check. */
export function residentMiB(pid: number): number | null {
  if (!canReadMemory) {
    console.warn(`NOT CHECKED: the memory of process ${pid}, for there is no /proc on ${process.platform}`)
    return null
  }
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kibibytes) / 1_024
}

/** So much was added since `before`; null as above. */
export function grownMiB(pid: number, before: number | null): number | null {
  const now = before === null ? null : residentMiB(pid)
  return now === null || before === null ? null : now - before
}
