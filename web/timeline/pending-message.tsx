/** A message of mine that is on its way, or that was refused. Its text is never lost. */

import type { Pending } from '../../src/client/api.ts'
import { useMe, useMessages, useTimes } from '../app/context.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { Body } from '../text/body.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { Icon } from '../ui/icon.tsx'
import { EditBox } from './edit-box.tsx'
import { Quote } from './quote.tsx'

type Props = {
  readonly rowKey: string
  readonly pending: Pending
  readonly isGrouped: boolean
  readonly isEditing: boolean
}

export function PendingMessage({ rowKey, pending, isGrouped, isEditing }: Props) {
  const t = useMessages()
  const times = useTimes()
  const me = useMe()
  const name = me?.name ?? t.common.you
  const hasFailed = pending.state.is === 'failed'
  const classes = `message pending${isGrouped ? ' grouped' : ''}${hasFailed ? ' failed' : ''}`
  const state = hasFailed ? t.timeline.failed : t.timeline.sending
  return (
    <article class={classes} data-key={rowKey} tabIndex={-1} aria-label={t.timeline.article(name, state)}>
      {isGrouped ? <span class="gutter-time" /> : <Avatar user={me} />}
      <div class="message-body">
        {pending.replyTo === null ? null : <Quote seq={pending.replyTo} />}
        {isGrouped ? null : (
          <div class="message-head">
            <span class="author">{name}</span>
            <time>{times.time(pending.writtenAtMs)}</time>
          </div>
        )}
        {isEditing ? <EditBox target={pending} body={pending.body} /> : <Body text={pending.body} />}
        {hasFailed && !isEditing ? <Failed pending={pending} /> : null}
        {hasFailed ? null : (
          // It shows itself after 0.8 s: until then nobody needs to know.
          <span class="on-its-way later" title={t.timeline.sending}>
            <Icon name="clock" size={14} />
          </span>
        )}
      </div>
    </article>
  )
}

function Failed({ pending }: { readonly pending: Pending }) {
  const t = useMessages()
  const { room, editing } = useRoomScope()
  const why = pending.state.is === 'failed' ? t.errors[pending.state.error.code] : ''
  return (
    <p class="failure">
      <span title={why}>{t.timeline.failed}</span>
      <button type="button" class="text-button" onClick={() => room.retry(pending.id)}>
        {t.timeline.sendAgain}
      </button>
      <button type="button" class="text-button" onClick={() => (editing.value = pending.id)}>
        {t.timeline.edit}
      </button>
      <button type="button" class="text-button" onClick={() => room.discard(pending.id)}>
        {t.timeline.discard}
      </button>
      <span class="why">{why}</span>
    </p>
  )
}
