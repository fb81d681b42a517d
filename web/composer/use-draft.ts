/** Keeps what is half written in this room, and brings it back. */

import { useEffect, useRef } from 'preact/hooks'
import { useChat } from '../app/context.ts'
import { useStable } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import type { FieldHandle } from './message-field.tsx'
import { emptyDraft } from './drafts.ts'
import type { MentionMap } from './mention-map.ts'

/** Also what lets the input method's passing states pass: a text without its last syllable is never kept. */
const quietMs = 300

export type RoomDraft = {
  readonly first: { readonly text: string; readonly mentions: MentionMap }
  readonly changed: () => void
  readonly forget: () => void
}

export function useDraft(field: { readonly current: FieldHandle | null }): RoomDraft {
  const { drafts } = useChat()
  const { room, replyTo } = useRoomScope()
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  const kept = useRef(drafts.load(room.id))
  const stop = () => {
    if (timer.current !== null) clearTimeout(timer.current)
    timer.current = null
  }
  const save = useStable(() => {
    stop()
    const text = field.current?.text() ?? ''
    // Of names that were deleted again nothing is kept.
    const mentions = [...(field.current?.mentions() ?? [])].filter(([name]) => text.includes(name))
    drafts.save(room.id, { text, mentions, replyTo: replyTo.value })
  })
  const changed = useStable(() => {
    stop()
    timer.current = setTimeout(save, quietMs)
  })
  useEffect(() => {
    replyTo.value = kept.current.replyTo
    return replyTo.subscribe(changed)
  }, [])
  useEffect(() => {
    const flush = () => {
      if (timer.current !== null) save()
    }
    window.addEventListener('pagehide', flush)
    return () => {
      window.removeEventListener('pagehide', flush)
      flush()
    }
  }, [])
  return {
    first: { text: kept.current.text, mentions: new Map(kept.current.mentions) },
    changed,
    forget() {
      stop()
      drafts.save(room.id, emptyDraft)
    },
  }
}
