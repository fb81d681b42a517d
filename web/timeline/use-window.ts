/**
 * Which part of the room is loaded and drawn, and where it is scrolled to: opens at what is new, follows the end, brings
 * older and newer ones on the way, and jumps to a message that may be far away.
 */

import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { Room, Timeline } from '../../src/client/api.ts'
import type { Seq } from '../../src/protocol/ids.ts'
import { useStable } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { ScrollKeeper } from './scroll-keeper.ts'
import { type Range, type Slice, rangeOf, sliceAround, sliceOf, stepDown, stepUp, wholeSlice } from './slice.ts'

const nearPx = 800
const pointMs = 1_500

export type Jump = { readonly seq: Seq; readonly where: 'third' | 'centre' }

export type TimelineWindow = {
  /** The part of the loaded messages that is to be drawn. */
  readonly range: Range
  /** The end of the drawn part is in view. */
  readonly isAtEnd: boolean
  /** The end of the room is drawn. */
  readonly isLive: boolean
  /** Just jumped to. */
  readonly pointedAt: Seq | null
  readonly toEnd: () => void
}

type Places = { readonly list: RefObject<HTMLElement | null>; readonly content: RefObject<HTMLElement | null> }

/** `first`: what to open at; null: the end. */
export function useWindow(places: Places, timeline: Timeline, first: Jump | null): TimelineWindow {
  const { room, toEnd: toEndPort, jumpTo } = useRoomScope()
  const keeper = useRef<ScrollKeeper | null>(null)
  const jump = useRef<Jump | 'end' | null>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const [slice, setSlice] = useState<Slice>(wholeSlice)
  const [pointedAt, setPointedAt] = usePointed()
  const { messages } = timeline
  const range = rangeOf(messages, { slice, isAtEnd })
  const isLive = timeline.isAtTail && range.to === messages.length
  const bringNear = useBringNear(places.list, { room, range, setSlice })

  const look = (isAtEndNow: boolean) => {
    setAtEnd(isAtEndNow)
    const isWhole = slice.first === null && slice.last === null
    if (isAtEndNow && isLive) {
      if (!isWhole) setSlice(wholeSlice)
    } else if (isWhole && messages.length > 0) {
      // From here on new messages at the end must not push out what is read.
      setSlice(sliceOf(messages, range))
    }
  }
  const moved = useStable(() => {
    look(keeper.current?.isAtEnd ?? true)
    bringNear()
  })
  useLayoutEffect(() => {
    const [list, content] = [places.list.current, places.content.current]
    if (list === null || content === null) return undefined
    const keeping = new ScrollKeeper(list, content, moved)
    keeper.current = keeping
    return () => keeping[Symbol.dispose]()
  }, [])

  const go = useStable((to: Jump) => {
    jump.current = to
    if (land() || sliceAround(messages, to.seq) !== null) return
    // What is newer than the end that I hold is on its way already.
    const isComing = timeline.isAtTail && to.seq > (messages.at(-1)?.seq ?? 0)
    if (!isComing) void room.loadAround(to.seq)
  })
  /** Goes to where a jump leads, as soon as it is drawn. */
  const land = (): boolean => {
    const to = jump.current
    if (to === null) return false
    if (to === 'end') {
      if (isLive) jump.current = null
      keeper.current?.toEnd()
      return true
    }
    const key = places.content.current?.querySelector(`[data-seq="${to.seq}"]`)?.getAttribute('data-key') ?? null
    if (key === null) {
      const around = sliceAround(messages, to.seq)
      if (around !== null) setSlice(around)
      return false
    }
    if (keeper.current?.place(key, to.where) !== true) return false
    jump.current = null
    look(keeper.current.isAtEnd)
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
    keeper.current.isLive = isLive
    if (!land()) keeper.current.settle()
    look(keeper.current.isAtEnd)
  })
  useEffect(bringNear, [timeline, slice])

  const toEnd = useStable(() => {
    jump.current = 'end'
    setSlice(wholeSlice)
    if (!room.timeline().isAtTail) void room.loadTail()
    land()
    setAtEnd(true)
  })
  toEndPort.current = toEnd
  jumpTo.current = (seq) => go({ seq, where: 'centre' })
  return { range, isAtEnd, isLive, pointedAt, toEnd }
}

/** The message that was jumped to, for a moment. */
function usePointed() {
  const [pointedAt, setPointedAt] = useState<Seq | null>(null)
  useEffect(() => {
    if (pointedAt === null) return undefined
    const timer = setTimeout(() => setPointedAt(null), pointMs)
    return () => clearTimeout(timer)
  }, [pointedAt])
  return [pointedAt, setPointedAt] as const
}

type Near = { readonly room: Room; readonly range: Range; readonly setSlice: (slice: Slice) => void }

/** Draws, or loads, the next ones when that end comes near; one page at a time. */
function useBringNear(list: RefObject<HTMLElement | null>, { room, range, setSlice }: Near): () => void {
  const isLoading = useRef(false)
  const load = (page: () => Promise<void>) => {
    if (isLoading.current) return
    isLoading.current = true
    void page().finally(() => {
      isLoading.current = false
    })
  }
  return useStable(() => {
    const element = list.current
    const { state, hasOlder, isAtTail, messages } = room.timeline()
    if (element === null || state !== 'ready') return
    const below = element.scrollHeight - element.scrollTop - element.clientHeight
    const isNearTop = element.scrollTop < nearPx
    const next = isNearTop ? stepUp(messages, range) : below < nearPx ? stepDown(messages, range) : null
    if (next !== null) setSlice(next)
    else if (isNearTop && hasOlder) load(room.loadOlder)
    else if (below < nearPx && !isAtTail) load(room.loadNewer)
  })
}
