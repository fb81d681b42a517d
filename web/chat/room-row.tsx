/** One room in the list: what it is, its name, what is unread. Never told by colour alone. */

import { roomPath } from '../app/router.ts'
import { useMessages, usePresence } from '../app/context.ts'
import type { UserId } from '../../src/protocol/ids.ts'
import { unreachable } from '../../src/unreachable.ts'
import { Icon } from '../ui/icon.tsx'
import { PathLink } from '../ui/path-link.tsx'
import type { ListedRoom } from './room-list.ts'

export function RoomRow({ room, isCurrent }: { readonly room: ListedRoom; readonly isCurrent: boolean }) {
  return (
    <PathLink
      to={roomPath(room.id)}
      class={room.unread > 0 ? 'room-row unread' : 'room-row'}
      aria-current={isCurrent ? 'page' : undefined}
    >
      <RoomGlyph room={room} />
      <span class="room-name">{room.name}</span>
      <Badge unread={room.unread} mentions={room.mentions} />
    </PathLink>
  )
}

export function RoomGlyph({ room }: { readonly room: ListedRoom }) {
  const t = useMessages()
  const { visibility, others } = room.membership.room
  const [other] = others
  switch (visibility) {
    case 'private':
      return (
        <span class="glyph">
          <Icon name="lock" size={14} />
          <span class="visually-hidden">{t.sidebar.privateRoom}</span>
        </span>
      )
    case 'public':
      return (
        <span class="glyph" aria-hidden="true">
          #
        </span>
      )
    case 'direct':
      if (other === undefined || others.length > 1) {
        return (
          <span class="glyph">
            <Icon name="people" size={14} />
          </span>
        )
      }
      return <PresenceDot user={other} />
    default:
      return unreachable(visibility)
  }
}

export function PresenceDot({ user }: { readonly user: UserId }) {
  const t = useMessages()
  const isOnline = usePresence(user) === 'online'
  return (
    <span class="glyph">
      <i class={isOnline ? 'dot' : 'dot off'} />
      <span class="visually-hidden">{isOnline ? t.sidebar.online : t.sidebar.offline}</span>
    </span>
  )
}

const countMax = 99

function Badge({ unread, mentions }: { readonly unread: number; readonly mentions: number }) {
  const t = useMessages()
  if (unread === 0 && mentions === 0) return null
  const count = mentions > 0 ? mentions : unread
  const shown = count > countMax ? `${countMax}+` : String(count)
  return (
    <span class={mentions > 0 ? 'badge mentions' : 'badge'}>
      <span aria-hidden="true">{mentions > 0 ? `@${shown}` : shown}</span>
      <span class="visually-hidden">{mentions > 0 ? t.sidebar.mentions(count) : t.sidebar.unread(count)}</span>
    </span>
  )
}
