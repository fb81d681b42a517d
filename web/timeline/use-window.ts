/**
 * Which part of the room is loaded and where it is scrolled to: opens at what is new, follows the end, loads older and
 * newer pages on the way, and jumps to a message that may be far away.
 */

import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Room, Timeline } from '../../src/client/api.ts'
import type { Seq } from '../../src/protocol/ids.ts'
import { useStable } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { ScrollKeeper } from './scroll-keeper.ts'

const nearPx = 800
const pointMs = 1_500

type Jump = { readonly seq: Seq; readonly where: 'third' | 'centre' }

export type TimelineWindow = {
  /** The end of the loaded part is in view. */
  readonly isAtEnd: boolean
  /** Just jumped to. */
  readonly pointedAt: Seq | null
  readonly toEnd: () => void
}

type Places = { readonly list: RefObject<HTMLElement | null>; readonly content: RefObject<HTMLElement | null> }

/** `first`: what to open at; null: the end. */
export function useWindow(places: Places, timeline: Timeline, first: Jump | null): TimelineWindow {
  const { room, toEnd: toEndPort, jumpTo } = useRoomScope()
  const keeper = useRef<ScrollKeeper | null>(null)
  const jump = useRef<Jump | null>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const [pointedAt, setPointedAt] = useState<Seq | null>(null)
  const loadNear = useLoadNear(places.list, room)

  const moved = useStable(() => {
    setAtEnd(keeper.current?.isAtEnd ?? true)
    loadNear()
  })
  useLayoutEffect(() => {
    const [list, content] = [places.list.current, places.content.current]
    if (list === null || content === null) return
    const keeping = new ScrollKeeper(list, content, moved)
    keeper.current = keeping
    return () => keeping[Symbol.dispose]()
  }, [])

  const go = useStable((to: Jump) => {
    jump.current = to
    if (land()) return
    const { messages } = room.timeline()
    const [oldest, newest] = [messages[0]?.seq ?? 0, messages.at(-1)?.seq ?? 0]
    if (to.seq < oldest || to.seq > newest) void room.loadAround(to.seq)
  })
  const land = (): boolean => {
    const to = jump.current
    const row = to === null ? null : places.content.current?.querySelector(`[data-seq="${to.seq}"]`)
    const key = row?.getAttribute('data-key')
    if (to === null || key === null || key === undefined || keeper.current?.place(key, to.where) !== true) return false
    jump.current = null
    setAtEnd(keeper.current.isAtEnd)
    if (to.where === 'centre') setPointedAt(to.seq)
    return true
  }

  // Once, when the room is there: to what was asked for, or to what is new.
  const isReady = timeline.state === 'ready'
  useLayoutEffect(() => {
    if (isReady && first !== null) go(first)
  }, [isReady, first?.where === 'centre' ? first.seq : null])
  // After every drawing, before it is seen.
  useLayoutEffect(() => {
    if (keeper.current === null) return
    keeper.current.isLive = timeline.isAtTail
    if (!land()) keeper.current.settle()
    setAtEnd(keeper.current.isAtEnd)
  })
  useEffect(loadNear, [timeline])
  useEffect(() => {
    if (pointedAt === null) return
    const timer = setTimeout(() => setPointedAt(null), pointMs)
    return () => clearTimeout(timer)
  }, [pointedAt])

  const toEnd = useStable(() => {
    jump.current = null
    if (!room.timeline().isAtTail) void room.loadTail()
    keeper.current?.toEnd()
    setAtEnd(true)
  })
  toEndPort.current = toEnd
  jumpTo.current = (seq) => go({ seq, where: 'centre' })
  return { isAtEnd, pointedAt, toEnd }
}

/** Loads the next page when its end of the window comes near; one at a time. */
function useLoadNear(list: RefObject<HTMLElement | null>, room: Room): () => void {
  const isLoading = useRef(false)
  return useStable(() => {
    const element = list.current
    const { state, hasOlder, isAtTail } = room.timeline()
    if (element === null || isLoading.current || state !== 'ready') return
    const below = element.scrollHeight - element.scrollTop - element.clientHeight
    const load =
      hasOlder && element.scrollTop < nearPx ? room.loadOlder : !isAtTail && below < nearPx ? room.loadNewer : null
    if (load === null) return
    isLoading.current = true
    void load().finally(() => {
      isLoading.current = false
    })
  })
}
