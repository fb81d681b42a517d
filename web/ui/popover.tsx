/** Something that floats beside the button that opened it. Esc, or a press elsewhere, closes it; focus goes back. */

import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { useStable } from '../app/use-live.ts'

type Props = {
  /** What it belongs to; it is laid beside this. */
  readonly anchor: Element
  readonly kind: 'menu' | 'dialog'
  readonly label: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}

const gap = 4
const edge = 8

export function Popover({ anchor, kind, label, onClose, children }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const close = useStable(onClose)
  useLayoutEffect(() => {
    const element = box.current
    if (element === null) return undefined
    element.showPopover()
    place(element, anchor.getBoundingClientRect())
    element.querySelector<HTMLElement>('button, input')?.focus()
    return () => {
      const hadFocus = element.contains(document.activeElement)
      if (hadFocus && anchor instanceof HTMLElement && anchor.isConnected) anchor.focus()
    }
  }, [])
  useEffect(() => {
    const element = box.current
    const onToggle = (event: Event) => {
      if ('newState' in event && event.newState === 'closed') close()
    }
    element?.addEventListener('toggle', onToggle)
    element?.addEventListener('keydown', moveByArrows)
    return () => {
      element?.removeEventListener('toggle', onToggle)
      element?.removeEventListener('keydown', moveByArrows)
    }
  }, [])
  return (
    <div ref={box} popover="auto" class="popover" role={kind} aria-label={label}>
      {children}
    </div>
  )
}

function place(element: HTMLElement, near: DOMRect): void {
  const { width, height } = element.getBoundingClientRect()
  const fitsBelow = near.bottom + gap + height + edge <= window.innerHeight
  const top = fitsBelow ? near.bottom + gap : Math.max(edge, near.top - gap - height)
  const left = Math.min(Math.max(edge, near.right - width), window.innerWidth - width - edge)
  element.style.top = `${top}px`
  element.style.left = `${left}px`
}

function moveByArrows(event: KeyboardEvent): void {
  const steps: { readonly [Key: string]: number } = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }
  const step = steps[event.key]
  const { currentTarget } = event
  if (step === undefined || !(currentTarget instanceof HTMLElement)) return
  event.preventDefault()
  const buttons = [...currentTarget.querySelectorAll<HTMLElement>('button')]
  const at = buttons.findIndex((button) => button === document.activeElement)
  buttons[(at + step + buttons.length) % buttons.length]?.focus()
}
