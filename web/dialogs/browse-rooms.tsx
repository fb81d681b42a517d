/** The public rooms, to look around and to join. */

import { useEffect, useState } from 'preact/hooks'
import type { RoomId } from '../../src/protocol/ids.ts'
import type { QueryOutputs } from '../../src/protocol/queries.ts'
import { useChat, useMessages, useShell, useTimes } from '../app/context.ts'
import { roomPath } from '../app/router.ts'
import { bestMatches } from '../text/match.ts'
import { Dialog } from '../ui/dialog.tsx'
import { SearchBox } from '../ui/search-box.tsx'
import { useAction } from '../ui/use-action.ts'

type PublicRoom = QueryOutputs['publicRooms']['rooms'][number]

const shownMax = 200

export function BrowseRooms({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages()
  const times = useTimes()
  const { client } = useChat()
  const { router } = useShell()
  const [rooms, setRooms] = useState<readonly PublicRoom[]>([])
  const [next, setNext] = useState<{ readonly after: RoomId } | 'first' | null>('first')
  const [query, setQuery] = useState('')
  const { isBusy, error, run } = useAction()
  const load = async () => {
    if (next === null) return
    const page = await run(() => client.query({ query: 'publicRooms', ...(next === 'first' ? {} : next) }))
    if (page === null) return
    const last = page.ok.rooms.at(-1)
    setRooms((before) => [...before, ...page.ok.rooms])
    setNext(page.ok.isLast || last === undefined ? null : { after: last.id })
  }
  useEffect(() => void load(), [])
  const open = async (room: PublicRoom) => {
    if (!room.isMember && (await run(() => client.room(room.id).do('join', {}))) === null) return
    onClose()
    router.go(roomPath(room.id))
  }
  const sorted = rooms.toSorted((a, b) => times.compare(a.name, b.name))
  const found = bestMatches(sorted, { query, nameOf: ({ name, topic }) => [name, topic], max: shownMax })
  return (
    <Dialog title={t.dialogs.browseTitle} size="wide" onClose={onClose}>
      <SearchBox value={query} label={t.common.search} onInput={setQuery} />
      {error === null ? null : (
        <p class="error" role="alert">
          {t.errors[error.code]}
        </p>
      )}
      <ul class="room-cards">
        {found.map((room) => (
          <li key={room.id}>
            <div>
              <strong># {room.name}</strong>
              <p>{room.topic}</p>
              <small>{t.room.peopleCount(room.memberCount)}</small>
            </div>
            <button
              type="button"
              class={room.isMember ? 'button' : 'button primary'}
              disabled={isBusy}
              onClick={() => void open(room)}
            >
              {room.isMember ? t.room.joined : t.room.join}
            </button>
          </li>
        ))}
      </ul>
      {isBusy && rooms.length === 0 ? <p class="quiet later">{t.common.loading}</p> : null}
      {next === null && rooms.length === 0 ? <p class="quiet">{t.dialogs.browseEmpty}</p> : null}
      {rooms.length > 0 && found.length === 0 ? <p class="quiet">{t.dialogs.noneFound(query)}</p> : null}
      {next === null || rooms.length === 0 ? null : (
        <button type="button" class="button wide" disabled={isBusy} onClick={() => void load()}>
          {t.common.more}
        </button>
      )}
    </Dialog>
  )
}
