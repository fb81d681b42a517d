/** One open room: header, timeline, composer, and the details beside them. */

import { useEffect, useMemo } from 'preact/hooks'
import type { Room } from '../../src/client/api.ts'
import type { Seq } from '../../src/protocol/ids.ts'
import type { MembershipRow } from '../../src/protocol/rows.ts'
import { useChat, useMe, useMessages } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import { Composer } from '../composer/composer.tsx'
import { MembersPanel } from '../panel/members-panel.tsx'
import { Timeline } from '../timeline/timeline.tsx'
import { TypingLine } from '../timeline/typing-line.tsx'
import { LinkBanner } from './link-banner.tsx'
import { NoSuchRoom } from './no-such-room.tsx'
import { RoomHeader } from './room-header.tsx'
import { useRoomEntry } from './room-list.ts'
import { useRoomName } from './room-names.ts'
import { RoomContext, type RoomScope, makeRoomScope } from './room-scope.ts'

type Props = { readonly room: Room; readonly message: Seq | null }

/** Drawn anew (by its key) for each room. */
export function RoomPage({ room, message }: Props) {
  const { client, isPanelOpen } = useChat()
  const entry = useRoomEntry(room.id)
  const hasRooms = useLive(
    () => client.hasRooms(),
    (changed) => client.on('rooms', changed),
    [client],
  )
  useEffect(() => () => void (isPanelOpen.value = false), [])
  if (entry !== null) return <OpenRoom room={room} membership={entry.membership} message={message} />
  return hasRooms ? <NoSuchRoom room={room} /> : <main class="main" />
}

function OpenRoom({ room, membership, message }: Props & { readonly membership: MembershipRow }) {
  const { isPanelOpen } = useChat()
  const me = useMe()
  const name = useRoomName(membership.room)
  const common = useMemo(() => makeRoomScope(room), [room])
  const keepsOrder = membership.role === 'owner' || me?.role === 'owner'
  const scope = useMemo<RoomScope>(() => ({ ...common, name, keepsOrder }), [common, name, keepsOrder])
  useEffect(() => {
    room.open()
    return () => room.close()
  }, [room])
  useRefusals(room)
  return (
    <RoomContext.Provider value={scope}>
      <main class="main">
        <RoomHeader membership={membership} />
        <LinkBanner />
        <Timeline membership={membership} target={message} />
        <div class="foot">
          <Composer membership={membership} />
          <TypingLine />
        </div>
      </main>
      {isPanelOpen.value ? <MembersPanel membership={membership} /> : null}
    </RoomContext.Provider>
  )
}

/** A change that was shown before it was answered, and then refused, is told. */
function useRefusals(room: Room): void {
  const t = useMessages()
  const { notice } = useChat()
  const error = useLive(
    () => room.error(),
    (changed) => room.on('error', changed),
    [room],
  )
  useEffect(() => {
    if (error === null) return
    notice.value = t.errors[error.code]
    room.clearError()
  }, [error])
}
