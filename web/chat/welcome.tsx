/** Beside the list, while no room is open. */

import { useChat, useMessages } from '../app/context.ts'
import { LinkBanner } from './link-banner.tsx'
import { useRoomList } from './room-list.ts'

export function Welcome() {
  const t = useMessages()
  const { dialog } = useChat()
  const { rooms, directs, isLoaded } = useRoomList()
  const isEmpty = isLoaded && rooms.length + directs.length === 0
  return (
    <main class="main welcome">
      <LinkBanner />
      <div class="nothing">
        <h1>{isEmpty ? t.room.first : t.room.choose}</h1>
        <p>{isEmpty ? t.room.firstHint : t.room.chooseHint}</p>
        <p class="nothing-actions">
          <button type="button" class="button" onClick={() => (dialog.value = { is: 'create-room' })}>
            {t.sidebar.createRoom}
          </button>
          <button type="button" class="button" onClick={() => (dialog.value = { is: 'browse-rooms' })}>
            {t.sidebar.browseRooms}
          </button>
        </p>
      </div>
    </main>
  )
}
