/** The invite links that still work. */

import { useChat, useMessages, useTimes } from '../app/context.ts'
import type { InviteId } from '../../src/protocol/ids.ts'
import { useRoomList } from '../chat/room-list.ts'
import { CopyField } from '../ui/copy-field.tsx'
import { useAction } from '../ui/use-action.ts'
import { useAsked } from './use-asked.ts'

export function InvitesTab() {
  const t = useMessages()
  const times = useTimes()
  const { client, dialog } = useChat()
  const { rooms } = useRoomList()
  const { answer, reload } = useAsked({ query: 'invites' })
  const { isBusy, error, run } = useAction()
  const end = async (invite: InviteId) => {
    await run(() => client.do('endInvite', { invite }))
    reload()
  }
  const invites = answer?.invites.filter(({ usesLeft }) => usesLeft > 0) ?? []
  return (
    <>
      <div class="form-actions">
        <button type="button" class="button" onClick={() => (dialog.value = { is: 'invite-link', room: null })}>
          {t.sidebar.inviteLink}
        </button>
      </div>
      {error === null ? null : (
        <p class="error" role="alert">
          {t.errors[error.code]}
        </p>
      )}
      <ul class="entries">
        {invites.map(({ invite, secret, room, usesLeft, expiresAtMs }) => {
          const name = rooms.find(({ id }) => id === room)?.name
          return (
            <li key={invite} class="stacked">
              <div>
                <strong>{name === undefined ? t.dialogs.inviteServerOnly : `# ${name}`}</strong>
                <small>{t.settings.invite(usesLeft, times.moment(expiresAtMs))}</small>
                <CopyField value={`${location.origin}/invite#${secret}`} label={t.dialogs.inviteReady} />
              </div>
              <button type="button" class="button" disabled={isBusy} onClick={() => void end(invite)}>
                {t.settings.end}
              </button>
            </li>
          )
        })}
      </ul>
      {answer !== null && invites.length === 0 ? <p class="quiet">{t.settings.noInvites}</p> : null}
    </>
  )
}
