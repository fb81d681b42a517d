/** Reports of what went wrong in the background, as JSON lines: no message text, no names, no secrets. */

import type { Report } from './spawn.ts'

/** @param write takes one line, without its end. @param nowMs for the line's time. */
export function jsonLog(write: (line: string) => void, nowMs: () => number): Report {
  return (event, details) => {
    write(JSON.stringify({ at: new Date(nowMs()).toISOString(), event, ...details }, plain))
  }
}

/** Errors have no fields of their own that JSON would show. */
function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const code = 'code' in value ? { code: value.code } : {}
  return {
    name: value.name,
    message: value.message,
    ...code,
    stack: value.stack,
    ...(value.cause === undefined ? {} : { cause: value.cause }),
  }
}
