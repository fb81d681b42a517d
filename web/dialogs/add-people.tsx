/** Brings people into a room. */

import { useState } from 'preact/hooks'
import type { RoomId } from '../../src/protocol/ids.ts'
import type { User } from '../../src/protocol/rows.ts'
import { useChat, useMessages } from '../app/context.ts'
import { useRoomEntry } from '../chat/room-list.ts'
import { Dialog } from '../ui/dialog.tsx'
import { useAction } from '../ui/use-action.ts'
import { PeoplePicker } from './people-picker.tsx'

/** Each is one command; more at once would meet the rate limit. */
const atOnceMax = 20

export function AddPeople({ room: id, onClose }: { readonly room: RoomId; readonly onClose: () => void }) {
  const t = useMessages()
  const { client } = useChat()
  const room = client.room(id)
  const entry = useRoomEntry(id)
  const [picked, setPicked] = useState<readonly User[]>([])
  const { isBusy, error, run } = useAction()
  const members = new Set(room.members().flatMap(({ user, isMember }) => (isMember ? [user] : [])))
  const add = async () => {
    const [...left] = picked
    for (const user of picked) {
      if ((await run(() => room.do('invite', { user: user.id }))) === null) return
      left.shift()
      setPicked([...left])
    }
    onClose()
  }
  return (
    <Dialog title={t.dialogs.addPeopleTitle(entry?.membership.room.name ?? '')} onClose={onClose}>
      <PeoplePicker picked={picked} max={atOnceMax} isLeftOut={(user) => members.has(user)} onPick={setPicked} />
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
          onClick={() => void add()}
        >
          {t.dialogs.addPeople}
        </button>
      </div>
    </Dialog>
  )
}
