/** Asks before what cannot be undone. */

import { useEffect, useRef } from 'preact/hooks'
import { useMessages } from '../app/context.ts'
import { Dialog } from '../ui/dialog.tsx'

type Props = {
  readonly text: string
  readonly action: string
  readonly onConfirm: () => void
  readonly onClose: () => void
}

export function Confirm({ text, action, onConfirm, onClose }: Props) {
  const t = useMessages()
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  return (
    <Dialog title={text} onClose={onClose}>
      <div class="dialog-actions">
        <button type="button" class="button" onClick={onClose}>
          {t.common.cancel}
        </button>
        <button
          ref={button}
          type="button"
          class="button danger"
          onClick={() => {
            onClose()
            onConfirm()
          }}
        >
          {action}
        </button>
      </div>
    </Dialog>
  )
}
