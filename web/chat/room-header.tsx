/** The head of a room: its name, its topic, its members. */

import type { MembershipRow } from '../../src/protocol/rows.ts'
import { useChat, useMessages, useShell } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { PresenceDot } from './room-row.tsx'
import { useRoomScope } from './room-scope.ts'

export function RoomHeader({ membership }: { readonly membership: MembershipRow }) {
  const t = useMessages()
  const { router } = useShell()
  const { dialog, isPanelOpen } = useChat()
  const { room, name } = useRoomScope()
  const settings = useLive(
    () => room.settings(),
    (changed) => room.on('settings', changed),
    [room],
  )
  const count = useLive(
    () => room.memberCount(),
    (changed) => room.on('members', changed),
    [room],
  )
  const topic = settings?.topic ?? membership.room.topic
  const { visibility, others } = membership.room
  const isDirect = visibility === 'direct'
  return (
    <header class="room-head">
      <IconButton class="only-phone" icon="back" size={22} label={t.common.back} onClick={() => router.go('/')} />
      <h1>
        {isDirect && others.length === 1 && others[0] !== undefined ? <PresenceDot user={others[0]} /> : null}
        {visibility === 'private' ? <Icon name="lock" size={16} /> : null}
        {visibility === 'public' ? <span aria-hidden="true"># </span> : null}
        <span class="room-name">{isDirect ? name : (settings?.name ?? name)}</span>
      </h1>
      {isDirect ? null : (
        <button
          type="button"
          class="topic"
          title={topic === '' ? t.room.addTopic : topic}
          onClick={() => (dialog.value = { is: 'edit-room', room: room.id })}
        >
          {topic === '' ? t.room.addTopic : topic}
        </button>
      )}
      <button
        type="button"
        class="icon-button members-button"
        title={t.room.members(count)}
        aria-expanded={isPanelOpen.value}
        onClick={() => (isPanelOpen.value = !isPanelOpen.value)}
      >
        <Icon name="people" />
        <span aria-hidden="true">{count > 0 ? count : null}</span>
        <span class="visually-hidden">{t.room.members(count)}</span>
      </button>
    </header>
  )
}
