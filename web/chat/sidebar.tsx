/** The list of rooms. */

import { useRef } from 'preact/hooks'
import type { RoomId } from '../../src/protocol/ids.ts'
import { useChat, useMe, useMessages, useShell } from '../app/context.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Icon } from '../ui/icon.tsx'
import { MenuButton } from '../ui/menu-button.tsx'
import { type ListedRoom, useRoomList } from './room-list.ts'
import { RoomRow } from './room-row.tsx'
import { UnreadChips } from './unread-chips.tsx'

export function Sidebar({ current }: { readonly current: RoomId | null }) {
  const t = useMessages()
  const { dialog } = useChat()
  const { server } = useShell()
  const name = server.value?.name ?? ''
  const list = useRoomList()
  const nav = useRef<HTMLElement>(null)
  const isMac = /Mac|iP(hone|ad)/.test(navigator.platform)
  return (
    <aside class="sidebar">
      <header class="sidebar-head">
        <span class="mark" aria-hidden="true">
          {Array.from(name)[0] ?? ''}
        </span>
        <span class="server-name">{name}</span>
        <MenuButton
          icon="plus"
          label={t.sidebar.add}
          entries={[
            { icon: 'plus', label: t.sidebar.createRoom, run: () => (dialog.value = { is: 'create-room' }) },
            { icon: 'compass', label: t.sidebar.browseRooms, run: () => (dialog.value = { is: 'browse-rooms' }) },
            { icon: 'people', label: t.sidebar.newDirect, run: () => (dialog.value = { is: 'direct' }) },
            {
              icon: 'link',
              label: t.sidebar.inviteLink,
              run: () => (dialog.value = { is: 'invite-link', room: null }),
            },
          ]}
        />
      </header>
      <button type="button" class="finder" onClick={() => (dialog.value = { is: 'switcher' })}>
        <Icon name="search" size={15} />
        {t.sidebar.find}
        <kbd aria-hidden="true">{isMac ? '⌘K' : 'Ctrl K'}</kbd>
      </button>
      <div class="sidebar-list">
        <nav ref={nav} aria-label={t.sidebar.label}>
          <Section title={t.sidebar.rooms} rooms={list.rooms} current={current} />
          {list.isLoaded && list.rooms.length === 0 ? <p class="no-rooms">{t.sidebar.noRooms}</p> : null}
          {list.directs.length === 0 ? null : (
            <Section title={t.sidebar.directs} rooms={list.directs} current={current} />
          )}
          {list.isLoaded ? null : <Skeleton />}
        </nav>
        <UnreadChips list={nav} rooms={list} />
      </div>
      <Me />
    </aside>
  )
}

type SectionProps = {
  readonly title: string
  readonly rooms: readonly ListedRoom[]
  readonly current: RoomId | null
}

function Section({ title, rooms, current }: SectionProps) {
  return (
    <>
      <h2>{title}</h2>
      <ul>
        {rooms.map((room) => (
          <li key={room.id}>
            <RoomRow room={room} isCurrent={room.id === current} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Skeleton() {
  return (
    <div class="skeleton later" aria-hidden="true">
      {[70, 50, 80, 60].map((percent) => (
        <span key={percent} style={{ width: `${percent}%` }} />
      ))}
    </div>
  )
}

function Me() {
  const t = useMessages()
  const { dialog } = useChat()
  const { door } = useShell()
  const me = useMe()
  return (
    <footer class="sidebar-foot">
      <Avatar user={me} size="small" />
      <span class="my-name">{me?.name ?? ''}</span>
      <MenuButton
        icon="more"
        label={t.sidebar.menu}
        entries={[
          { icon: 'gear', label: t.sidebar.settings, run: () => (dialog.value = { is: 'settings' }) },
          { icon: 'door', label: t.sidebar.signOut, run: () => void door.signOut().then(() => location.assign('/')) },
        ]}
      />
    </footer>
  )
}
