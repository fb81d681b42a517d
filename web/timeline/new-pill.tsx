/** The way back to the end, with how much is new there. */

import { useRef } from 'preact/hooks'
import type { Timeline } from '../../src/client/api.ts'
import type { Seq } from '../../src/protocol/ids.ts'
import { useMe, useMessages } from '../app/context.ts'
import { Icon } from '../ui/icon.tsx'

type Props = {
  readonly timeline: Timeline
  readonly isThere: boolean
  readonly readSeq: Seq | null
  readonly onPress: () => void
}

export function NewPill({ timeline, isThere, readSeq, onPress }: Props) {
  const t = useMessages()
  const me = useMe()
  const seen = useRef(readSeq)
  const { lastSeq, messages } = timeline
  if (isThere || seen.current === null) seen.current = lastSeq
  if (isThere || timeline.state !== 'ready') return null
  const seenSeq = seen.current ?? 0
  const loaded = messages.filter((message) => message.seq > seenSeq && message.author !== me?.id).length
  const beyond = Math.max(0, (lastSeq ?? 0) - Math.max(seenSeq, messages.at(-1)?.seq ?? 0))
  const count = loaded + beyond
  return (
    <button type="button" class={count > 0 ? 'pill new' : 'pill'} onClick={onPress}>
      <Icon name="down" size={16} />
      {count > 0 ? t.timeline.newMessages(count) : <span class="visually-hidden">{t.timeline.toLatest}</span>}
    </button>
  )
}
