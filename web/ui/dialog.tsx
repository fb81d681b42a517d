/** A modal dialog: focus goes in and comes back, Esc and the space around it close it. */

import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'
import { useMessages } from '../app/context.ts'
import { IconButton } from './icon-button.tsx'

type Props = {
  readonly title: string
  readonly onClose: () => void
  readonly size?: 'small' | 'wide' | 'sheet' | 'palette'
  readonly hasHead?: boolean
  readonly children: ComponentChildren
}

export function Dialog({ title, onClose, size = 'small', hasHead = true, children }: Props) {
  const t = useMessages()
  const box = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    const dialog = box.current
    const invoker = document.activeElement
    dialog?.showModal()
    return () => {
      dialog?.close()
      if (invoker instanceof HTMLElement && invoker.isConnected) invoker.focus()
    }
  }, [])
  return (
    <dialog
      ref={box}
      class={`dialog ${size}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onPointerDown={(event) => {
        if (event.target === box.current) onClose()
      }}
    >
      <div class="dialog-body">
        <header class={hasHead ? 'dialog-head' : 'visually-hidden'}>
          <h2 id={titleId}>{title}</h2>
          {hasHead ? <IconButton icon="close" label={t.common.close} onClick={onClose} /> : null}
        </header>
        {children}
      </div>
    </dialog>
  )
}
