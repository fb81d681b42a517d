/** The dialogs, fetched when the page has nothing better to do, or when the first is opened before that. */

import { useEffect, useState } from 'preact/hooks'
import type { FunctionComponent } from 'preact'
import { useChat, useMessages } from '../app/context.ts'

const idleMs = 1_500

export function LazyDialogs() {
  const t = useMessages()
  const { dialog, notice } = useChat()
  const [loaded, setLoaded] = useState<{ readonly Host: FunctionComponent } | null>(null)
  const isWanted = dialog.value !== null
  useEffect(() => {
    if (loaded !== null) return undefined
    const load = async () => {
      try {
        const { DialogHost } = await import('./dialog-host.tsx')
        setLoaded({ Host: DialogHost })
      } catch {
        // No network, or a newer version is served by now. It is tried again when one is opened.
        if (dialog.value !== null) notice.value = t.errors.outcome_unknown
        dialog.value = null
      }
    }
    const timer = setTimeout(() => void load(), isWanted ? 0 : idleMs)
    return () => clearTimeout(timer)
  }, [isWanted, loaded])
  return loaded === null ? null : <loaded.Host />
}
