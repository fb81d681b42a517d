/** Opens the room of me and a few people. */

import { useState } from 'preact/hooks'
import type { User } from '../../src/protocol/rows.ts'
import { useChat, useMessages, useShell } from '../app/context.ts'
import { roomPath } from '../app/router.ts'
import { Dialog } from '../ui/dialog.tsx'
import { useAction } from '../ui/use-action.ts'
import { PeoplePicker } from './people-picker.tsx'

export function NewDirect({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages()
  const { client } = useChat()
  const { router } = useShell()
  const [picked, setPicked] = useState<readonly User[]>([])
  const { isBusy, error, run } = useAction()
  const start = async () => {
    const done = await run(() => client.do('openDirect', { users: picked.map(({ id }) => id) }))
    if (done === null) return
    onClose()
    router.go(roomPath(done.ok.room))
  }
  return (
    <Dialog title={t.dialogs.directTitle} onClose={onClose}>
      <PeoplePicker
        picked={picked}
        max={client.limits().directMembersMax - 1}
        isLeftOut={() => false}
        onPick={setPicked}
      />
      {error === null ? null : (
        <p class="error" role="alert">
          {t.errors[error.code]}
        </p>
      )}
      <div class="dialog-actions">
        <button
          type="button"
          class="button primary"
          disabled={isBusy || picked.length === 0}
          onClick={() => void start()}
        >
          {t.dialogs.directStart}
        </button>
      </div>
    </Dialog>
  )
}
