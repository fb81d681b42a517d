/** Asks for the presence of the people whose dot the list shows. */

import { useEffect } from 'preact/hooks'
import { useChat } from '../app/context.ts'
import { useRoomList } from './room-list.ts'

export function usePresenceWatch(): void {
  const { client } = useChat()
  const { directs } = useRoomList()
  const wanted = new Set(directs.flatMap(({ membership }) => membership.room.others))
  const key = [...wanted].toSorted().join(' ')
  useEffect(() => {
    client.watch([...wanted].slice(0, client.limits().watchedUsersMax))
  }, [client, key])
}
