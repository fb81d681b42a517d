/** Keys that work everywhere: ⌘K or Ctrl+K, Alt+↑ and Alt+↓ (with Shift: the next unread room). */

import { useEffect } from 'preact/hooks'
import { useStable } from '../app/use-live.ts'
import { useChat, useShell } from '../app/context.ts'
import { roomPath } from '../app/router.ts'
import { useRoomList } from './room-list.ts'

export function useGlobalKeys(): void {
  const { dialog } = useChat()
  const { router } = useShell()
  const { rooms, directs } = useRoomList()
  const onKey = useStable((event: KeyboardEvent) => {
    if (event.isComposing) return
    if ((event.metaKey || event.ctrlKey) && !event.altKey && !event.shiftKey && event.code === 'KeyK') {
      event.preventDefault()
      dialog.value = dialog.value?.is === 'switcher' ? null : { is: 'switcher' }
      return
    }
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    const route = router.route.value
    const all = [...rooms, ...directs]
    const at = all.findIndex(({ id }) => route.at === 'room' && id === route.room)
    const step = event.key === 'ArrowDown' ? 1 : -1
    // Once around, from the room behind the present one.
    const order = all.map((_, index) => all[(at + step * (index + 1) + all.length * 2) % all.length])
    const next = order.find((room) => room !== undefined && (!event.shiftKey || room.unread > 0))
    if (next !== undefined) router.go(roomPath(next.id))
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
