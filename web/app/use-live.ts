/** State of the SDK inside components: read it now, and draw again when it is another value. */

import { useEffect, useLayoutEffect, useReducer, useRef } from 'preact/hooks'

/**
 * `read` gives the present value, the same one until it changes. `listen` is called again when one of `inputs` changes.
 * The change is looked for once more after listening began: what came between the two is not missed.
 */
export function useLive<T>(
  read: () => T,
  listen: (changed: () => void) => Disposable | null,
  inputs: readonly unknown[],
): T {
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  const value = read()
  const latest = useRef({ read, value })
  latest.current = { read, value }
  useEffect(() => {
    const check = () => {
      if (!Object.is(latest.current.read(), latest.current.value)) redraw(undefined)
    }
    const listening = listen(check)
    check()
    return () => listening?.[Symbol.dispose]()
  }, [...inputs])
  return value
}

/** A function that is the same one for ever and does what the newest `work` does. For handlers of memoised children. */
export function useStable<Args extends unknown[], T>(work: (...args: Args) => T): (...args: Args) => T {
  const latest = useRef(work)
  useLayoutEffect(() => {
    latest.current = work
  })
  return useRef((...args: Args) => latest.current(...args)).current
}
