/** Waiting for what real processes do: on a condition, with a deadline. */

import { setTimeout as sleep } from 'node:timers/promises'

export type Deadline = { readonly ms: number; readonly what: string | (() => string) }

const lookEveryMs = 10

/** How long it took until `isSo`, in milliseconds. Rejects after `ms` with what was waited for. */
export async function until(isSo: () => boolean | Promise<boolean>, { ms, what }: Deadline): Promise<number> {
  const startedMs = performance.now()
  while (!(await isSo())) {
    if (performance.now() - startedMs > ms) {
      throw new Error(`not so in ${ms} ms: ${typeof what === 'string' ? what : what()}`)
    }
    await sleep(lookEveryMs)
  }
  return performance.now() - startedMs
}

/** The promise, or a failure that says what did not come. */
export async function within<T>(promise: Promise<T>, { ms, what }: Deadline): Promise<T> {
  const timedOut = new AbortController()
  const late = sleep(ms, null, { signal: timedOut.signal }).then(() => {
    throw new Error(`not so in ${ms} ms: ${typeof what === 'string' ? what : what()}`)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    timedOut.abort()
    await late.catch(() => undefined)
  }
}
