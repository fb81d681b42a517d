/** Says how many unread rooms are above or below what the list shows, and scrolls to the next one. */

import type { RefObject } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { useMessages } from '../app/context.ts'
import { Icon } from '../ui/icon.tsx'
import type { RoomList } from './room-list.ts'

type Outside = { readonly above: number; readonly below: number }

export function UnreadChips({
  list,
  rooms,
}: {
  readonly list: RefObject<HTMLElement | null>
  readonly rooms: RoomList
}) {
  const t = useMessages()
  const [outside, setOutside] = useState<Outside>({ above: 0, below: 0 })
  useEffect(() => {
    const element = list.current
    if (element === null) return undefined
    const look = () => {
      const seen = lookOutside(element)
      setOutside((before) => (before.above === seen.above && before.below === seen.below ? before : seen))
    }
    look()
    element.addEventListener('scroll', look, { passive: true })
    window.addEventListener('resize', look)
    return () => {
      element.removeEventListener('scroll', look)
      window.removeEventListener('resize', look)
    }
  }, [rooms])
  const scrollTo = (where: keyof Outside) => {
    const found = list.current === null ? [] : unreadRows(list.current)[where]
    const next = where === 'above' ? found.at(-1) : found[0]
    next?.scrollIntoView({ block: 'center' })
  }
  return (
    <>
      {outside.above === 0 ? null : (
        <button type="button" class="unread-chip above" onClick={() => scrollTo('above')}>
          <Icon name="up" size={14} /> {t.sidebar.unreadAbove(outside.above)}
        </button>
      )}
      {outside.below === 0 ? null : (
        <button type="button" class="unread-chip below" onClick={() => scrollTo('below')}>
          <Icon name="down" size={14} /> {t.sidebar.unreadBelow(outside.below)}
        </button>
      )}
    </>
  )
}

function unreadRows(list: HTMLElement) {
  const frame = list.getBoundingClientRect()
  const rows = [...list.querySelectorAll('.room-row.unread')]
  return {
    above: rows.filter((row) => row.getBoundingClientRect().bottom <= frame.top + 8),
    below: rows.filter((row) => row.getBoundingClientRect().top >= frame.bottom - 8),
  }
}

function lookOutside(list: HTMLElement): Outside {
  const { above, below } = unreadRows(list)
  return { above: above.length, below: below.length }
}
