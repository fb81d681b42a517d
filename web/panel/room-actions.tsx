/** What can be done with the room as a whole. */

import type { Result } from '../../src/client/api.ts'
import type { MembershipRow } from '../../src/protocol/rows.ts'
import { useChat, useMessages, useShell } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { Icon, type IconName } from '../ui/icon.tsx'

export function RoomActions({ membership }: { readonly membership: MembershipRow }) {
  const t = useMessages()
  const { router } = useShell()
  const { dialog, notice } = useChat()
  const { room, name, keepsOrder } = useRoomScope()
  const settings = useLive(
    () => room.settings(),
    (changed) => room.on('settings', changed),
    [room],
  )
  const visibility = settings?.visibility ?? membership.room.visibility
  if (visibility === 'direct') return null
  const told = (result: Result<unknown>): boolean => {
    if ('error' in result) notice.value = t.errors[result.error.code]
    return 'ok' in result
  }
  const isPrivate = visibility === 'private'
  const leave = async () => {
    if (told(await room.do('leave', {}))) router.go('/')
  }
  return (
    <>
      <p class="panel-visibility">
        <Icon name={isPrivate ? 'lock' : 'compass'} size={14} />
        {isPrivate ? t.room.visibilityPrivate : t.room.visibilityPublic}
      </p>
      <div class="panel-actions">
        <Action
          icon="people"
          label={t.room.invitePeople}
          run={() => (dialog.value = { is: 'add-people', room: room.id })}
        />
        <Action
          icon="link"
          label={t.sidebar.inviteLink}
          run={() => (dialog.value = { is: 'invite-link', room: room.id })}
        />
        <Action icon="edit" label={t.room.rename} run={() => (dialog.value = { is: 'edit-room', room: room.id })} />
        {keepsOrder ? (
          <Action
            icon="lock"
            label={isPrivate ? t.room.makePublic : t.room.makePrivate}
            run={() => void room.do('visibility', { visibility: isPrivate ? 'public' : 'private' }).then(told)}
          />
        ) : null}
        <Action
          icon="door"
          label={t.room.leave}
          run={() =>
            (dialog.value = {
              is: 'confirm',
              text: t.room.leaveSure(name),
              action: t.room.leave,
              onConfirm: () => void leave(),
            })
          }
        />
      </div>
    </>
  )
}

function Action({ icon, label, run }: { readonly icon: IconName; readonly label: string; readonly run: () => void }) {
  return (
    <button type="button" class="menu-entry" onClick={run}>
      <Icon name={icon} size={16} />
      {label}
    </button>
  )
}
