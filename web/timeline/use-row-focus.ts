/**
 * Moving through the timeline by keyboard: one message at a time is in the tab order (roving tabindex), arrows and j/k
 * move, and a key acts on it: r reply, e edit, + react, Esc back to the composer. Also which row shows its toolbar.
 */

import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'
import type { ShownMessage } from '../../src/client/api.ts'
import { useMe } from '../app/context.ts'
import { useStable } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { startReply } from './message-actions.ts'

/** The key of the row with the toolbar, or null. */
export function useRowFocus(list: RefObject<HTMLElement | null>, messageOf: (row: Element) => ShownMessage | null) {
  const [hovered, setHovered] = useState<string | null>(null)
  const [focused, setFocused] = useState<string | null>(null)
  const me = useMe()
  const scope = useRoomScope()

  const onKey = useStable((event: KeyboardEvent) => {
    const row = event.target
    // Only with the focus on the row itself: inside it, keys belong to its buttons and fields.
    if (!(row instanceof HTMLElement) || !row.matches('.message')) return
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const message = messageOf(row)
    const isWritten = message !== null && message.body !== null
    if (event.key === 'Escape') scope.focusComposer.current()
    else if (event.key === 'r' && isWritten) startReply(scope, message)
    else if (event.key === 'e' && isWritten && message.author === me?.id) scope.editing.value = message.seq
    else if (event.key === '+' && isWritten) scope.floating.value = { is: 'emoji', message, anchor: row }
    else if (!move(event.key, row)) return
    event.preventDefault()
  })

  useEffect(() => {
    const element = list.current
    if (element === null) return undefined
    const rowOf = (target: EventTarget | null) => (target instanceof Element ? target.closest('.message') : null)
    const onFocus = (event: FocusEvent) => {
      const row = rowOf(event.target)
      if (row === null) return
      for (const other of element.querySelectorAll('.message[tabindex="0"]')) other.setAttribute('tabindex', '-1')
      row.setAttribute('tabindex', '0')
      setFocused(row.getAttribute('data-key'))
    }
    const onOver = (event: PointerEvent) => {
      if (event.pointerType === 'mouse') setHovered(rowOf(event.target)?.getAttribute('data-key') ?? null)
    }
    const onLeave = () => setHovered(null)
    // From one button of a toolbar to the next the row keeps it: it would be gone before the press is over.
    const onBlur = (event: FocusEvent) => setFocused(rowOf(event.relatedTarget)?.getAttribute('data-key') ?? null)
    element.addEventListener('focusin', onFocus)
    element.addEventListener('focusout', onBlur)
    element.addEventListener('pointerover', onOver)
    element.addEventListener('pointerleave', onLeave)
    element.addEventListener('keydown', onKey)
    return () => {
      element.removeEventListener('focusin', onFocus)
      element.removeEventListener('focusout', onBlur)
      element.removeEventListener('pointerover', onOver)
      element.removeEventListener('pointerleave', onLeave)
      element.removeEventListener('keydown', onKey)
    }
  }, [])

  // The last message is the way in, until another one had the focus.
  useLayoutEffect(() => {
    const element = list.current
    if (element === null || element.querySelector('.message[tabindex="0"]') !== null) return
    const rows = element.querySelectorAll('.message')
    rows[rows.length - 1]?.setAttribute('tabindex', '0')
  })
  return hovered ?? focused
}

function move(key: string, row: HTMLElement): boolean {
  const rows = [...(row.parentElement?.querySelectorAll<HTMLElement>('.message') ?? [])]
  const at = rows.indexOf(row)
  const to: { readonly [Key: string]: number } = {
    ArrowUp: at - 1,
    k: at - 1,
    ArrowDown: at + 1,
    j: at + 1,
    Home: 0,
    End: rows.length - 1,
  }
  const next = to[key]
  if (next === undefined) return false
  rows[next]?.focus()
  return true
}
