/** Beside the room: who is in it, and what can be done about the room. Esc closes it. */

import { useEffect, useState } from 'preact/hooks'
import type { UserId } from '../../src/protocol/ids.ts'
import type { MemberRow, MembershipRow, User } from '../../src/protocol/rows.ts'
import { useChat, useMe, useMessages, usePresence, useShell, useTimes, useUser } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { Avatar } from '../ui/avatar.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { RoomActions } from './room-actions.tsx'

export function MembersPanel({ membership }: { readonly membership: MembershipRow }) {
  const t = useMessages()
  const { isPanelOpen } = useChat()
  const { room, name } = useRoomScope()
  const close = () => (isPanelOpen.value = false)
  const settings = useLive(
    () => room.settings(),
    (changed) => room.on('settings', changed),
    [room],
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      // What floats above closes first.
      const isCovered = document.querySelector('dialog[open], :popover-open') !== null
      if (event.key === 'Escape' && !event.defaultPrevented && !event.isComposing && !isCovered) close()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  const topic = settings?.topic ?? membership.room.topic
  return (
    <aside class="panel" aria-label={t.room.details}>
      <header class="room-head">
        <IconButton class="only-phone" icon="back" size={22} label={t.common.back} onClick={close} />
        <h2>{t.room.details}</h2>
        <span class="panel-room">{name}</span>
        <IconButton class="not-phone" icon="close" label={t.common.close} onClick={close} />
      </header>
      <div class="panel-body">
        {topic === '' ? null : <p class="panel-topic">{topic}</p>}
        <RoomActions membership={membership} />
        <MemberList />
      </div>
    </aside>
  )
}

function MemberList() {
  const t = useMessages()
  const times = useTimes()
  const { client } = useChat()
  const { room } = useRoomScope()
  const known = useLive(
    () => room.members(),
    (changed) => room.on('members', changed),
    [room],
  )
  const count = useLive(
    () => room.memberCount(),
    (changed) => room.on('members', changed),
    [room],
  )
  const [more, setMore] = useState<readonly MemberRow[]>([])
  const [isLast, setLast] = useState(false)
  const rows = new Map([...more, ...known].map((member) => [member.user, member]))
  const members = [...rows.values()]
    .filter(({ isMember }) => isMember)
    .toSorted((a, b) => {
      if (a.role !== b.role) return a.role === 'owner' ? -1 : 1
      return times.compare(client.user(a.user)?.name ?? '', client.user(b.user)?.name ?? '')
    })
  const loadMore = async () => {
    // Pages come by id: what is known so far was the first page, and what changed since.
    const after = more.at(-1)?.user
    const answer = await client.query({ query: 'members', room: room.id, ...(after === undefined ? {} : { after }) })
    if ('error' in answer) return
    setMore([...more, ...answer.ok.members])
    setLast(answer.ok.isLast)
  }
  return (
    <>
      <h3>{t.room.members(count)}</h3>
      <ul class="people">
        {members.map((member) => (
          <Member key={member.user} member={member} />
        ))}
      </ul>
      {members.length < count && !isLast ? (
        <button type="button" class="button wide" onClick={() => void loadMore()}>
          {t.common.more}
        </button>
      ) : null}
    </>
  )
}

function Member({ member }: { readonly member: MemberRow }) {
  const t = useMessages()
  const me = useMe()
  const { dialog, notice } = useChat()
  const { room, keepsOrder } = useRoomScope()
  const user = useUser(member.user)
  const name = user?.name ?? t.common.unknownPerson
  const isMe = member.user === me?.id
  const write = useDirect(user)
  const remove = () => {
    const onConfirm = async () => {
      const result = await room.do('remove', { user: member.user })
      if ('error' in result) notice.value = t.errors[result.error.code]
    }
    dialog.value = {
      is: 'confirm',
      text: t.room.removeSure(name),
      action: t.room.remove,
      onConfirm: () => void onConfirm(),
    }
  }
  return (
    <li>
      <button type="button" class="person" disabled={isMe} onClick={() => void write()}>
        <span class="avatar-place">
          <Avatar user={user} />
          <OnlineMark user={member.user} />
        </span>
        <span class="person-name">
          {name}
          {isMe ? <small> ({t.common.you})</small> : null}
          <small class="person-handle">{user?.handle ?? ''}</small>
        </span>
        {member.role === 'owner' ? <span class="role">{t.room.roleOwner}</span> : null}
      </button>
      {keepsOrder && !isMe ? (
        <IconButton icon="close" size={16} label={`${name} ${t.room.remove}`} onClick={remove} />
      ) : null}
    </li>
  )
}

function OnlineMark({ user }: { readonly user: UserId }) {
  const t = useMessages()
  if (usePresence(user) !== 'online') return null
  return (
    <>
      <i class="dot" />
      <span class="visually-hidden">{t.sidebar.online}</span>
    </>
  )
}

/** Opens the direct room of me and somebody. */
function useDirect(user: User | null): () => Promise<void> {
  const t = useMessages()
  const { client, notice } = useChat()
  const { router } = useShell()
  return async () => {
    if (user === null) return
    const result = await client.do('openDirect', { users: [user.id] })
    if ('ok' in result) router.go(`/room/${encodeURIComponent(result.ok.room)}`)
    else notice.value = t.errors[result.error.code]
  }
}
