/** Has new messages of the open room read aloud: briefly, at most every 2 s, and not into somebody's typing. */

import { useEffect, useRef } from 'preact/hooks'
import type { ShownMessage } from '../../src/client/api.ts'
import type { Seq } from '../../src/protocol/ids.ts'
import { useChat, useMe, useMessages, useShell } from '../app/context.ts'
import { useStable } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { readText } from '../text/format.ts'

const everyMs = 2_000
const charsMax = 120

/** `messages` are those up to the room's end, or null while the end is not loaded. */
export function useAnnouncements(messages: readonly ShownMessage[] | null): void {
  const t = useMessages()
  const { clock } = useShell()
  const { client, announcement } = useChat()
  const { typedAtMs } = useRoomScope()
  const me = useMe()
  const said = useRef<Seq | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)

  const announce = useStable(() => {
    timer.current = null
    const last = said.current
    if (messages === null || last === null) return
    const fresh = messages.filter(({ seq, author, body }) => seq > last && author !== me?.id && body !== null)
    said.current = messages.at(-1)?.seq ?? last
    const [first] = fresh
    if (first === undefined || clock.monotonicMs() - typedAtMs.current < everyMs) return
    const nameOf = (id: typeof first.author) => client.user(id)?.name ?? t.common.unknownPerson
    const text = readText(first.body ?? '', nameOf).slice(0, charsMax)
    announcement.value =
      fresh.length === 1 ? t.timeline.says(nameOf(first.author), text) : t.timeline.several(fresh.length)
  })

  useEffect(() => {
    if (messages === null) return
    // What was there when the room was opened is not news.
    said.current ??= messages.at(-1)?.seq ?? null
    if (timer.current === null) timer.current = setTimeout(announce, everyMs)
  }, [messages])
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current)
      announcement.value = ''
    },
    [],
  )
}
