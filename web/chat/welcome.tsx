/** Beside the list, while no room is open. */

import { useChat, useMessages } from '../app/context.ts'
import { LinkBanner } from './link-banner.tsx'

export function Welcome() {
  const t = useMessages()
  const { dialog } = useChat()
  return (
    <main class="main welcome">
      <LinkBanner />
      <div class="nothing">
        <h1>{t.room.choose}</h1>
        <p>{t.room.chooseHint}</p>
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
