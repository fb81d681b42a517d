/** What a process and all its children have cost so far, from /proc: CPU of every thread, and resident memory. */

import { readdirSync, readFileSync } from 'node:fs'

export type Usage = { readonly userMs: number; readonly systemMs: number; readonly rssKb: number }

/** /proc counts in USER_HZ, which is 100 on every Linux that Node runs on. */
const tickMs = 10

/** The sum over the tree below `pid`, itself among it. A process that ended meanwhile counts as nothing. */
export function readUsage(pid: number): Usage {
  let userMs = 0
  let systemMs = 0
  let rssKb = 0
  for (const each of treeOf(pid)) {
    const stat = readStat(each)
    if (stat === null) continue
    userMs += stat.userTicks * tickMs
    systemMs += stat.systemTicks * tickMs
    rssKb += readRssKb(each)
  }
  return { userMs, systemMs, rssKb }
}

function treeOf(root: number): readonly number[] {
  const childrenOf = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = readStat(Number(name))?.parent
    if (parent === undefined) continue
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), Number(name)])
  }
  const tree = [root]
  // The list grows while it is walked: children are appended behind their parents.
  for (const pid of tree) tree.push(...(childrenOf.get(pid) ?? []))
  return tree
}

function readStat(pid: number): { parent: number; userTicks: number; systemTicks: number } | null {
  const text = readProc(`/proc/${pid}/stat`)
  if (text === null) return null
  // The name in parentheses may hold spaces; the fields behind it start with the third one, the state.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { parent: Number(fields[1]), userTicks: Number(fields[11]), systemTicks: Number(fields[12]) }
}

function readRssKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readProc(`/proc/${pid}/status`) ?? '')?.[1] ?? 0)
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // It ended between being listed and being read.
  }
}
