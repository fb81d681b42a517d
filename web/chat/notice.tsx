/** A short notice at the foot of the page. Goes away by itself; the announcer reads it, so it is not read twice here. */

import { useEffect } from 'preact/hooks'
import { useChat } from '../app/context.ts'

const shownMs = 5_000

export function Notice() {
  const { notice } = useChat()
  const text = notice.value
  useEffect(() => {
    if (text === null) return
    const timer = setTimeout(() => (notice.value = null), shownMs)
    return () => clearTimeout(timer)
  }, [text])
  return text === null ? null : (
    <div class="notice" aria-hidden="true">
      {text}
    </div>
  )
}
