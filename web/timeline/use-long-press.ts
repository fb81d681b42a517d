/** A long press on a message, on touch screens. */

import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'
import { useStable } from '../app/use-live.ts'

const pressMs = 450
/** A finger never keeps quite still. */
const stillPx = 10
/** The click follows the release at once. */
const releaseMs = 50

export function useLongPress(list: RefObject<HTMLElement | null>, onPress: (row: Element) => void): void {
  const press = useStable(onPress)
  useEffect(() => {
    const element = list.current
    if (element === null) return undefined
    let timer: ReturnType<typeof setTimeout> | null = null
    let [x, y] = [0, 0]
    const stop = () => {
      if (timer !== null) clearTimeout(timer)
      timer = null
    }
    const onDown = (event: PointerEvent) => {
      stop()
      const row = event.target instanceof Element ? event.target.closest('.message') : null
      const isOnControl = event.target instanceof Element && event.target.closest('a, button, textarea, pre') !== null
      if (event.pointerType !== 'touch' || row === null || isOnControl) return
      ;[x, y] = [event.clientX, event.clientY]
      timer = setTimeout(() => {
        timer = null
        press(row)
        ignoreRelease()
      }, pressMs)
    }
    const onMove = (event: PointerEvent) => {
      if (Math.hypot(event.clientX - x, event.clientY - y) > stillPx) stop()
    }
    // Android opens its own menu at the same moment.
    const onMenu = (event: Event) => {
      if (matchMedia('(pointer: coarse)').matches) event.preventDefault()
    }
    element.addEventListener('pointerdown', onDown)
    element.addEventListener('pointermove', onMove)
    element.addEventListener('pointerup', stop)
    element.addEventListener('pointercancel', stop)
    element.addEventListener('contextmenu', onMenu)
    return () => {
      stop()
      element.removeEventListener('pointerdown', onDown)
      element.removeEventListener('pointermove', onMove)
      element.removeEventListener('pointerup', stop)
      element.removeEventListener('pointercancel', stop)
      element.removeEventListener('contextmenu', onMenu)
    }
  }, [])
}

/** The finger is lifted over what the press has opened there: that is not a press on it. */
function ignoreRelease(): void {
  const listeners = new AbortController()
  const end = () => setTimeout(() => listeners.abort(), releaseMs)
  document.addEventListener('click', ignore, { capture: true, signal: listeners.signal })
  document.addEventListener('pointerup', end, { capture: true, signal: listeners.signal })
  document.addEventListener('pointercancel', end, { capture: true, signal: listeners.signal })
}

function ignore(event: Event): void {
  event.preventDefault()
  event.stopPropagation()
}
