/** Marks the room read: only what was on a visible page, at its end, for half a second. */

import { useEffect, useState } from 'preact/hooks'
import type { Seq } from '../../src/protocol/ids.ts'
import { useRoomScope } from '../chat/room-scope.ts'

const seenMs = 500

/** `lastSeq`: the last one that is shown, when the end of the room is in view; null: it is not. */
export function useReadMark({ lastSeq, readSeq }: { lastSeq: Seq | null; readSeq: Seq }): void {
  const { room, keepsUnread } = useRoomScope()
  const isVisible = useIsVisible()
  const isHeld = keepsUnread.value
  useEffect(() => {
    if (!isVisible || isHeld || lastSeq === null || lastSeq <= readSeq) return undefined
    const timer = setTimeout(() => room.read(lastSeq), seenMs)
    return () => clearTimeout(timer)
  }, [isVisible, isHeld, lastSeq, readSeq])
}

function useIsVisible(): boolean {
  const [isVisible, setVisible] = useState(document.visibilityState === 'visible')
  useEffect(() => {
    const look = () => setVisible(document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return isVisible
}
