/** The page's title: (3) 디자인 리뷰 · 마당. */

import { useEffect } from 'preact/hooks'
import type { RoomId } from '../../src/protocol/ids.ts'
import { useMessages, useShell } from '../app/context.ts'
import { useRoomList } from './room-list.ts'

export function useTitle(current: RoomId | null): void {
  const t = useMessages()
  const { server } = useShell()
  const name = server.value?.name ?? ''
  const { rooms, directs } = useRoomList()
  const all = [...rooms, ...directs]
  const unread = all.reduce((sum, room) => sum + room.unread, 0)
  const room = all.find(({ id }) => id === current)?.name ?? null
  useEffect(() => {
    document.title = t.title.page({ room, server: name, unread })
  }, [t, room, name, unread])
}
