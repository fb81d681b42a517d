/** One thing asked of the server by a button or a form: busy meanwhile, and what went wrong. */

import { useRef, useState } from 'preact/hooks'
import type { Result } from '../../src/client/api.ts'
import type { WireError } from '../../src/protocol/errors.ts'

export type Action = {
  readonly isBusy: boolean
  readonly error: WireError | null
  /** Does nothing while it is busy. Null: it failed, and `error` says how. */
  readonly run: <T>(work: () => Promise<Result<T>>) => Promise<{ readonly ok: T } | null>
}

export function useAction(): Action {
  const [state, setState] = useState<{ isBusy: boolean; error: WireError | null }>({ isBusy: false, error: null })
  const busy = useRef(false)
  return {
    ...state,
    async run(work) {
      if (busy.current) return null
      busy.current = true
      setState({ isBusy: true, error: null })
      const result = await work()
      busy.current = false
      setState({ isBusy: false, error: 'error' in result ? result.error : null })
      return 'error' in result ? null : result
    },
  }
}
