/** Chooses people by name: for a direct room, or to bring them into a room. */

import { useState } from 'preact/hooks'
import type { UserId } from '../../src/protocol/ids.ts'
import type { User } from '../../src/protocol/rows.ts'
import { useMe, useMessages } from '../app/context.ts'
import { bestMatches } from '../text/match.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Icon } from '../ui/icon.tsx'
import { SearchBox } from '../ui/search-box.tsx'
import { usePeople } from './use-people.ts'

const shownMax = 100

type Props = {
  readonly picked: readonly User[]
  readonly max: number
  readonly isLeftOut: (user: UserId) => boolean
  readonly onPick: (picked: readonly User[]) => void
}

export function PeoplePicker({ picked, max, isLeftOut, onPick }: Props) {
  const t = useMessages()
  const me = useMe()
  const { people, isLoading } = usePeople()
  const [query, setQuery] = useState('')
  const all = people.filter((user) => user.isActive && user.id !== me?.id && !isLeftOut(user.id))
  const found = bestMatches(all, { query, nameOf: ({ name, handle }) => [name, handle], max: shownMax })
  const isPicked = (user: User) => picked.some(({ id }) => id === user.id)
  return (
    <>
      <SearchBox value={query} label={t.dialogs.pickPeople} onInput={setQuery} />
      {picked.length === 0 ? null : (
        <ul class="picked">
          {picked.map((user) => (
            <li key={user.id}>
              <button
                type="button"
                aria-label={`${user.name} ${t.common.cancel}`}
                onClick={() => onPick(picked.filter(({ id }) => id !== user.id))}
              >
                {user.name} <Icon name="close" size={12} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <ul class="people choices">
        {found.map((user) => (
          <li key={user.id}>
            <button
              type="button"
              class="person"
              aria-pressed={isPicked(user)}
              disabled={!isPicked(user) && picked.length >= max}
              onClick={() => onPick(isPicked(user) ? picked.filter(({ id }) => id !== user.id) : [...picked, user])}
            >
              <Avatar user={user} />
              <span class="person-name">
                {user.name}
                <small class="person-handle">{user.handle}</small>
              </span>
              {isPicked(user) ? <Icon name="check" size={16} /> : null}
            </button>
          </li>
        ))}
      </ul>
      {isLoading && all.length === 0 ? <p class="quiet later">{t.common.loading}</p> : null}
      {!isLoading && found.length === 0 ? (
        <p class="quiet">{query === '' ? t.common.nobody : t.dialogs.noneFound(query)}</p>
      ) : null}
    </>
  )
}
