/** One thing to be done later. Setting it again replaces what was set before, so there is never a second one. */

import type { Clock } from '../clock.ts'

export type Timer = {
  readonly set: (ms: number, run: () => void) => void
  readonly clear: () => void
  readonly isSet: () => boolean
}

export function openTimer(clock: Clock): Timer {
  let current: AbortController | null = null
  const clear = (): void => {
    current?.abort('set again')
    current = null
  }
  return {
    set(ms, run) {
      clear()
      const mine = new AbortController()
      current = mine
      const wait = async (): Promise<void> => {
        await clock.sleep(ms, mine.signal)
        if (current !== mine) return
        current = null
        run()
      }
      void wait()
    },
    clear,
    isSet: () => current !== null,
  }
}
