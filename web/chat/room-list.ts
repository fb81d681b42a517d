/** My rooms as the list shows them: named, sorted as a dictionary does, in two sections. */

import { useEffect, useMemo, useReducer } from 'preact/hooks'
import type { RoomEntry } from '../../src/client/api.ts'
import type { RoomId } from '../../src/protocol/ids.ts'
import { useChat, useMessages, useTimes } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import { roomName } from './room-names.ts'

export type ListedRoom = RoomEntry & { readonly id: RoomId; readonly name: string }
export type RoomList = {
  readonly rooms: readonly ListedRoom[]
  readonly directs: readonly ListedRoom[]
  /** False until the list has come once. */
  readonly isLoaded: boolean
}

export function useRoomList(): RoomList {
  const { client } = useChat()
  const t = useMessages()
  const times = useTimes()
  const rooms = useLive(
    () => client.rooms(),
    (changed) => client.on('rooms', changed),
    [client],
  )
  const isLoaded = useLive(
    () => client.hasRooms(),
    (changed) => client.on('rooms', changed),
    [client],
  )
  // Direct rooms are called by their people, who may come to be known, or be renamed, at any time.
  const [peopleVersion, redraw] = useReducer((count: number) => count + 1, 0)
  useEffect(() => {
    const listening = client.on('people', () => redraw(undefined))
    return () => listening[Symbol.dispose]()
  }, [client])
  return useMemo(() => {
    const listed = rooms
      .filter(({ membership }) => membership.isMember)
      .map((entry) => ({
        ...entry,
        id: entry.membership.room.id,
        name: roomName(entry.membership.room, { client, t }),
      }))
      .toSorted((a, b) => times.compare(a.name, b.name))
    const isDirect = ({ membership }: RoomEntry) => membership.room.visibility === 'direct'
    return { rooms: listed.filter((room) => !isDirect(room)), directs: listed.filter(isDirect), isLoaded }
  }, [rooms, isLoaded, client, t, times, peopleVersion])
}

/** One of my rooms, or null when I am not a member (yet). */
export function useRoomEntry(id: RoomId): RoomEntry | null {
  const { client } = useChat()
  return useLive(
    () => client.rooms().find(({ membership }) => membership.room.id === id && membership.isMember) ?? null,
    (changed) => client.on('rooms', changed),
    [client, id],
  )
}
