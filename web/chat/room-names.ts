/** What a room is called: its name, or for a direct room the people in it. */

import type { Client } from '../../src/client/api.ts'
import type { RoomSummary } from '../../src/protocol/rows.ts'
import { useChat, useMessages } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import type { Messages } from '../messages/catalogue.ts'

const namesMax = 3

type Named = Pick<RoomSummary, 'name' | 'visibility' | 'others'>

export function roomName(room: Named, { client, t }: { client: Client; t: Messages }): string {
  if (room.visibility !== 'direct') return room.name
  const names = room.others.map((id) => client.user(id)?.name ?? t.common.unknownPerson)
  if (names.length === 0) return t.sidebar.alone
  if (names.length <= namesMax) return names.join(', ')
  const shown = names.slice(0, namesMax - 1)
  return t.sidebar.andOthers(shown.join(', '), names.length - shown.length)
}

export function useRoomName(room: Named): string {
  const { client } = useChat()
  const t = useMessages()
  return useLive(
    () => roomName(room, { client, t }),
    (changed) => client.on('people', changed),
    [client],
  )
}
