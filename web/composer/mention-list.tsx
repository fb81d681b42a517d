/** The people that an @ may mean. The field keeps the focus; the chosen one is told by `aria-activedescendant`. */

// oxlint-disable jsx-a11y/prefer-tag-over-role -- the list of a combobox: no element is one

import { useEffect, useRef } from 'preact/hooks'
import { useMessages } from '../app/context.ts'
import type { User } from '../../src/protocol/rows.ts'
import { Avatar } from '../ui/avatar.tsx'

type Props = {
  readonly id: string
  readonly people: readonly User[]
  readonly at: number
  readonly onPick: (user: User) => void
}

export function MentionList({ id, people, at, onPick }: Props) {
  const t = useMessages()
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' })
  }, [at])
  return (
    <div ref={list} class="mention-list" id={id} role="listbox" aria-label={t.composer.people}>
      {people.map((user, index) => (
        <div
          key={user.id}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === at}
          // Down, not click: the field must not lose the focus, or the composition would end.
          onPointerDown={(event) => {
            event.preventDefault()
            onPick(user)
          }}
        >
          <Avatar user={user} size="small" />
          <span>{user.name}</span>
          <small>{user.handle}</small>
        </div>
      ))}
    </div>
  )
}
