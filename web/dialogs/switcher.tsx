/** ⌘K: goes to a room or a person by a part of the name, by initial letters, or from the wrong keyboard. */

// oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/click-events-have-key-events -- the list of a combobox: keys are the field's

import { useId, useState } from 'preact/hooks'
import type { User } from '../../src/protocol/rows.ts'
import { useChat, useMe, useMessages, useShell } from '../app/context.ts'
import { roomPath } from '../app/router.ts'
import { type ListedRoom, useRoomList } from '../chat/room-list.ts'
import { RoomGlyph } from '../chat/room-row.tsx'
import { fromQwerty } from '../text/hangul.ts'
import { bestMatches } from '../text/match.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { SearchBox } from '../ui/search-box.tsx'
import { usePeople } from './use-people.ts'

const shownMax = 12

type Target =
  | { readonly is: 'room'; readonly id: string; readonly name: string; readonly room: ListedRoom }
  | { readonly is: 'person'; readonly id: string; readonly name: string; readonly user: User }

export function Switcher({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages()
  const { client, notice } = useChat()
  const { router } = useShell()
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const listId = useId()
  const targets = useTargets()
  const found = bestMatches(targets, {
    query,
    nameOf: (target) => (target.is === 'person' ? [target.name, target.user.handle] : [target.name]),
    max: shownMax,
  })
  // Only told when it was needed: what was typed matches nothing as it stands.
  const meant = fromQwerty(query.trim())
  const isMeant = meant !== null && found.length > 0 && !found.some(({ name }) => isPlain(name, query))
  const go = async (target: Target) => {
    onClose()
    if (target.is === 'room') return router.go(roomPath(target.room.id))
    const result = await client.do('openDirect', { users: [target.user.id] })
    if ('ok' in result) router.go(roomPath(result.ok.room))
    else notice.value = t.errors[result.error.code]
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.isComposing || event.keyCode === 229) return
    const chosen = found[at]
    if (event.key === 'Enter' && chosen !== undefined) void go(chosen)
    else if (event.key === 'ArrowDown' && found.length > 0) setAt((at + 1) % found.length)
    else if (event.key === 'ArrowUp' && found.length > 0) setAt((at + found.length - 1) % found.length)
    else return
    event.preventDefault()
  }
  return (
    <Dialog title={t.dialogs.switcherTitle} size="palette" hasHead={false} onClose={onClose}>
      <SearchBox
        value={query}
        label={t.dialogs.switcherHint}
        controls={listId}
        activeId={found.length === 0 ? undefined : `${listId}-${at}`}
        onInput={(value) => {
          setQuery(value)
          setAt(0)
        }}
        onKeyDown={onKey}
      />
      {isMeant ? <p class="quiet meant">{t.dialogs.didYouMean(meant)}</p> : null}
      <div id={listId} role="listbox" aria-label={t.dialogs.switcherTitle} class="targets">
        {found.map((target, index) => (
          <div
            key={target.id}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            onPointerMove={() => setAt(index)}
            onClick={() => void go(target)}
          >
            {target.is === 'room' ? <RoomGlyph room={target.room} /> : <Avatar user={target.user} size="small" />}
            <span>{target.name}</span>
            {target.is === 'person' ? <small>{target.user.handle}</small> : null}
          </div>
        ))}
      </div>
      {found.length === 0 && query !== '' ? <p class="quiet">{t.dialogs.noneFound(meant ?? query)}</p> : null}
    </Dialog>
  )
}

/** Rooms first, the unread ones before the others; then people without a direct room of their own. */
function useTargets(): readonly Target[] {
  const me = useMe()
  const { rooms, directs } = useRoomList()
  const { people } = usePeople()
  const listed = [...rooms, ...directs].toSorted((a, b) => Number(b.unread > 0) - Number(a.unread > 0))
  const alone = directs.flatMap(({ membership }) => (membership.room.others.length === 1 ? membership.room.others : []))
  return [
    ...listed.map((room): Target => ({ is: 'room', id: room.id, name: room.name, room })),
    ...people
      .filter((user) => user.isActive && user.id !== me?.id && !alone.includes(user.id))
      .map((user): Target => ({ is: 'person', id: user.id, name: user.name, user })),
  ]
}

const isPlain = (name: string, query: string): boolean => name.toLowerCase().includes(query.trim().toLowerCase())
