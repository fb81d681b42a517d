/** The list of people above the field while an @name is being typed. */

import { useRef, useState } from 'preact/hooks'
import type { UserId } from '../../src/protocol/ids.ts'
import { unreachable } from '../../src/unreachable.ts'
import type { User } from '../../src/protocol/rows.ts'
import { useChat, useMe, useTimes } from '../app/context.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { bestMatches } from '../text/match.ts'
import type { AttachedField, PopupKey } from './field.ts'
import { type MentionMap, type MentionQuery, mentionQuery, visibleName } from './mention-map.ts'

const shownMax = 8

export type Mentions = {
  /** Null: no list. */
  readonly shown: { readonly people: readonly User[]; readonly at: number } | null
  readonly map: { current: Map<string, UserId> }
  /** After every change of the text. */
  readonly look: (field: HTMLTextAreaElement) => void
  readonly pick: (user: User) => void
  readonly take: (key: PopupKey) => boolean
  readonly close: () => void
}

type Shown = { readonly people: readonly User[]; readonly at: number; readonly query: MentionQuery }

export function useMentions(field: { readonly current: AttachedField | null }, first: MentionMap): Mentions {
  const { client } = useChat()
  const { room } = useRoomScope()
  const me = useMe()
  const times = useTimes()
  const map = useRef(new Map(first))
  const [shown, setShown] = useState<Shown | null>(null)
  // Handlers of the field read the newest list, also between two drawings.
  const latest = useRef<Shown | null>(null)
  // Where Esc closed it: it stays closed until another @ is begun.
  const closedAt = useRef<number | null>(null)
  const show = (next: Shown | null) => {
    latest.current = next
    setShown(next)
  }

  const peopleFor = (query: string): readonly User[] => {
    const people = room
      .members()
      .filter(({ isMember, user }) => isMember && user !== me?.id)
      .map(({ user }) => client.user(user))
      .filter((user) => user !== null && user.isActive)
      .filter((user) => user !== null)
      .toSorted((a, b) => times.compare(a.name, b.name))
    return bestMatches(people, { query, nameOf: (user) => [user.name, user.handle], max: shownMax })
  }

  return {
    shown,
    map,
    look(element) {
      const query = mentionQuery(element.value, element.selectionStart)
      if (query === null || map.current.has(`@${query.query}`) || query.from === closedAt.current) {
        if (query === null) closedAt.current = null
        return show(null)
      }
      const people = peopleFor(query.query)
      show(people.length === 0 ? null : { people, at: 0, query })
    },
    pick(user) {
      const open = latest.current
      if (open === null) return
      const name = visibleName(user, map.current)
      map.current.set(name, user.id)
      show(null)
      // Behind a Korean name a particle may follow at once; behind a Latin one comes a space.
      field.current?.replace(/[A-Za-z0-9)]$/.test(name) ? `${name} ` : name, open.query)
    },
    take(key) {
      const open = latest.current
      if (open === null) return false
      const { people, at, query } = open
      const chosen = people[at]
      switch (key) {
        case 'ArrowUp':
        case 'ArrowDown':
          show({ ...open, at: (at + (key === 'ArrowDown' ? 1 : people.length - 1)) % people.length })
          return true
        case 'Escape':
          closedAt.current = query.from
          show(null)
          return true
        case 'Enter':
        case 'Tab':
          if (chosen !== undefined) this.pick(chosen)
          return chosen !== undefined
        default:
          return unreachable(key)
      }
    },
    close: () => show(null),
  }
}
