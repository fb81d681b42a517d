/** Makes a link that lets people in. */

import { useState } from 'preact/hooks'
import { type RoomId, roomId } from '../../src/protocol/ids.ts'
import { useChat, useMessages, useTimes } from '../app/context.ts'
import { useRoomList } from '../chat/room-list.ts'
import { CopyField } from '../ui/copy-field.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Select } from '../ui/select.tsx'
import { useAction } from '../ui/use-action.ts'

const usesChoices = [1, 5, 20, 100]
const hoursChoices = [1, 24, 24 * 7, 24 * 30]

type Props = { readonly room: RoomId | null; readonly onClose: () => void }

export function InviteLink({ room: first, onClose }: Props) {
  const t = useMessages()
  const times = useTimes()
  const { client } = useChat()
  const { rooms } = useRoomList()
  const [room, setRoom] = useState<string>(first ?? '')
  const [uses, setUses] = useState('20')
  const [hours, setHours] = useState(String(24 * 7))
  const [link, setLink] = useState<{ readonly url: string; readonly expiresAtMs: number } | null>(null)
  const { isBusy, error, run } = useAction()
  const make = async () => {
    const where = room === '' ? {} : { room: roomId(room) }
    const done = await run(() => client.do('createInvite', { uses: Number(uses), hours: Number(hours), ...where }))
    if (done !== null) setLink({ url: `${location.origin}/invite#${done.ok.secret}`, expiresAtMs: done.ok.expiresAtMs })
  }
  return (
    <Dialog title={t.dialogs.inviteTitle} onClose={onClose}>
      {link === null ? (
        <div class="form">
          <Select
            label={t.dialogs.inviteTo}
            value={room}
            choices={[['', t.dialogs.inviteServerOnly], ...rooms.map(({ id, name }) => [id, `# ${name}`] as const)]}
            onChange={setRoom}
          />
          <Select
            label={t.dialogs.inviteUses}
            value={uses}
            choices={usesChoices.map((each) => [String(each), t.dialogs.usesChoice(each)])}
            onChange={setUses}
          />
          <Select
            label={t.dialogs.inviteHours}
            value={hours}
            choices={hoursChoices.map((each) => [String(each), t.dialogs.hoursChoice(each)])}
            onChange={setHours}
          />
          {error === null ? null : (
            <p class="error" role="alert">
              {t.errors[error.code]}
            </p>
          )}
          <div class="dialog-actions">
            <button type="button" class="button primary" disabled={isBusy} onClick={() => void make()}>
              {t.dialogs.inviteMake}
            </button>
          </div>
        </div>
      ) : (
        <div class="form">
          <p>{t.dialogs.inviteReady}</p>
          <CopyField value={link.url} label={t.dialogs.inviteReady} />
          <p class="hint">{t.dialogs.inviteUntil(times.moment(link.expiresAtMs))}</p>
        </div>
      )}
    </Dialog>
  )
}
