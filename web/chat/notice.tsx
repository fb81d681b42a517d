/** A short notice at the foot of the page. Goes away by itself; the announcer reads it, so it is not read twice here. */

import { useEffect, useRef } from 'preact/hooks'
import { useChat } from '../app/context.ts'

const shownMs = 5_000

export function Notice() {
  const { notice } = useChat()
  const text = notice.value
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (text === null) return undefined
    // In the top layer, or an open dialog would cover it.
    box.current?.showPopover()
    const timer = setTimeout(() => (notice.value = null), shownMs)
    return () => clearTimeout(timer)
  }, [text])
  return text === null ? null : (
    <div ref={box} popover="manual" class="notice" aria-hidden="true">
      {text}
    </div>
  )
}
