/** What went wrong, in a form that crosses threads, and whom it concerns. */

import { MadangError } from '../../madang-error.ts'

/** A `MadangError` as a plain object: a thread's message keeps no class. */
export type Failure = { readonly code: string; readonly message: string; readonly retryable: boolean }

export function errorOf({ code, message, retryable }: Failure): MadangError {
  return new MadangError(code, message, { retryable })
}

/** A failure of the store, worded for the log. What is no `MadangError` yet becomes one under `code`. */
export function failureOf(error: unknown, code: string): Failure {
  if (error instanceof MadangError) return { code: error.code, message: error.message, retryable: error.retryable }
  return { code, message: `store: ${textOf(error)}`, retryable: true }
}

export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * How far a failure reaches. `unit`: only what was being written, by itself. `commit`: the transaction, and the next may
 * succeed. `thread`: nothing can be trusted any more; after a failed fsync the kernel may have dropped what it held, and
 * trying again would call it written.
 */
export type Reach = 'unit' | 'commit' | 'thread'

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const code = {
  error: 1,
  busy: 5,
  locked: 6,
  noMemory: 7,
  full: 13,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  range: 25,
}

const ofUnit: ReadonlySet<number> = new Set([code.error, code.tooBig, code.constraint, code.mismatch, code.range])
const ofCommit: ReadonlySet<number> = new Set([code.busy, code.locked, code.noMemory, code.full])

export function reachOf(error: unknown): Reach {
  const primary = sqliteCode(error)
  // Not SQLite's: a value that cannot be bound, a refusal of ours.
  if (primary === null || ofUnit.has(primary)) return 'unit'
  return ofCommit.has(primary) ? 'commit' : 'thread'
}

/** The primary result code of an error that SQLite threw, or null. */
export function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null
  return error.errcode & 0xff
}
