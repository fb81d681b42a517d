/** The messages of the open room. */

import { useMemo, useRef } from 'preact/hooks'
import type { ShownMessage } from '../../src/client/api.ts'
import { type Seq, seq } from '../../src/protocol/ids.ts'
import type { MembershipRow } from '../../src/protocol/rows.ts'
import { unreachable } from '../../src/unreachable.ts'
import { useMe, useMessages, useTimes } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { Beginning } from './beginning.tsx'
import { FloatingLayer } from './floating.tsx'
import { Message } from './message.tsx'
import { NewPill } from './new-pill.tsx'
import { PendingMessage } from './pending-message.tsx'
import { type TimelineRow, buildRows } from './rows.ts'
import { useAnnouncements } from './use-announcements.ts'
import { useLongPress } from './use-long-press.ts'
import { useReadMark } from './use-read-mark.ts'
import { useRowFocus } from './use-row-focus.ts'
import { useWindow } from './use-window.ts'

type Props = {
  readonly membership: MembershipRow
  /** The message that a link points at. */
  readonly target: Seq | null
}

export function Timeline({ membership, target }: Props) {
  const t = useMessages()
  const me = useMe()
  const scope = useRoomScope()
  const { room, floating } = scope
  const list = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const timeline = useLive(
    () => room.timeline(),
    (changed) => room.on('timeline', changed),
    [room],
  )
  const pending = useLive(
    () => room.pending(),
    (changed) => room.on('pending', changed),
    [room],
  )
  // The divider stays where it was when the room was opened, while the cursor moves on.
  const readSeq = useRef(membership.readSeq < membership.room.lastSeq ? membership.readSeq : null).current
  const first = useMemo(() => {
    if (target !== null) return { seq: target, where: 'centre' } as const
    return readSeq === null ? null : ({ seq: seq(readSeq + 1), where: 'third' } as const)
  }, [target, readSeq])
  const view = useWindow({ list, content }, timeline, first)
  const isWhole = view.isAtEnd && view.isLive && timeline.state === 'ready'
  useReadMark({ lastSeq: isWhole ? (timeline.messages.at(-1)?.seq ?? null) : null, readSeq: membership.readSeq })
  useAnnouncements(timeline.isAtTail && timeline.state === 'ready' ? timeline.messages : null)
  const messageOf = (row: Element): ShownMessage | null =>
    timeline.messages.find((message) => String(message.seq) === row.getAttribute('data-seq')) ?? null
  const active = useRowFocus(list, messageOf)
  useLongPress(list, (row) => {
    const message = messageOf(row)
    if (message !== null && message.body !== null) floating.value = { is: 'sheet', message }
  })
  const { from, to } = view.range
  const rows = useMemo(() => {
    const messages = timeline.messages.slice(from, to)
    return buildRows({ messages, pending: view.isLive ? pending : [], me: me?.id ?? null, readSeq })
  }, [timeline.messages, from, to, view.isLive, pending, me?.id, readSeq])
  const isEmpty = timeline.state === 'ready' && rows.length === 0
  return (
    <div class="timeline-frame">
      {/* Its messages are reached by arrows (roving tabindex); new ones are read by the announcer, not by the log. */}
      <div ref={list} class="timeline" role="log" aria-label={t.timeline.label} aria-live="off">
        {timeline.state === 'loading' && rows.length === 0 ? <Skeleton /> : null}
        {timeline.state === 'ready' && !timeline.hasOlder && from === 0 ? (
          <Beginning membership={membership} isEmpty={isEmpty} />
        ) : null}
        <div ref={content} class="rows">
          {rows.map((row) => (
            <Row
              key={row.key}
              row={row}
              active={active}
              pointedAt={view.pointedAt}
              editing={scope.editing.value}
              floatingSeq={floating.value?.message.seq ?? null}
            />
          ))}
        </div>
      </div>
      <NewPill timeline={timeline} isThere={view.isAtEnd && view.isLive} readSeq={readSeq} onPress={view.toEnd} />
      <FloatingLayer />
    </div>
  )
}

type RowProps = {
  readonly row: TimelineRow
  readonly active: string | null
  readonly pointedAt: Seq | null
  readonly editing: string | number | null
  readonly floatingSeq: Seq | null
}

function Row({ row, active, pointedAt, editing, floatingSeq }: RowProps) {
  const t = useMessages()
  const times = useTimes()
  switch (row.is) {
    case 'day':
      return (
        <h2 class="day">
          <span>{times.day(row.atMs)}</span>
        </h2>
      )
    case 'new':
      return <h2 class="new-divider">{t.timeline.newFromHere}</h2>
    case 'pending':
      return (
        <PendingMessage
          rowKey={row.key}
          pending={row.pending}
          isGrouped={row.isGrouped}
          isEditing={editing === row.pending.id}
        />
      )
    case 'message':
      return (
        <Message
          rowKey={row.key}
          message={row.message}
          isGrouped={row.isGrouped}
          isActive={active === row.key || floatingSeq === row.message.seq}
          isEditing={editing === row.message.seq}
          isPointedAt={pointedAt === row.message.seq}
        />
      )
    default:
      return unreachable(row)
  }
}

function Skeleton() {
  return (
    <div class="timeline-skeleton later" aria-hidden="true">
      {[60, 35, 75, 50, 40, 65].map((percent) => (
        <div key={percent}>
          <i />
          <span style={{ width: `${percent}%` }} />
        </div>
      ))}
    </div>
  )
}
