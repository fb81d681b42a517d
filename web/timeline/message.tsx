/** One message: an article with a name of its own, its author once per group. */

import type { ShownMessage } from '../../src/client/api.ts'
import { useMe, useMessages, useTimes, useUser } from '../app/context.ts'
import { memo } from '../app/memo.ts'
import { mentionsIn } from '../../src/protocol/mentions.ts'
import { Body } from '../text/body.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { EditBox } from './edit-box.tsx'
import { Quote } from './quote.tsx'
import { Reactions } from './reactions.tsx'
import { Toolbar } from './toolbar.tsx'

type Props = {
  readonly rowKey: string
  readonly message: ShownMessage
  readonly isGrouped: boolean
  /** The one under the pointer or with the focus. */
  readonly isActive: boolean
  readonly isEditing: boolean
  /** Just jumped to. */
  readonly isPointedAt: boolean
}

export const Message = memo(({ rowKey, message, isGrouped, isActive, isEditing, isPointedAt }: Props) => {
  const t = useMessages()
  const times = useTimes()
  const me = useMe()
  const author = useUser(message.author)
  const name = author?.name ?? t.common.unknownPerson
  const { body, replyTo } = message
  const isEdited = body !== null && message.editedAtMs !== null
  const isForMe = me !== null && body !== null && mentionsIn(body).includes(me.id)
  const classes = ['message']
  if (isGrouped) classes.push('grouped')
  if (isActive) classes.push('active')
  if (isForMe) classes.push('for-me')
  if (isPointedAt) classes.push('pointed-at')
  return (
    <article
      class={classes.join(' ')}
      data-key={rowKey}
      data-seq={message.seq}
      tabIndex={-1}
      aria-label={t.timeline.article(name, times.time(message.sentAtMs))}
    >
      {isGrouped ? (
        <time class="gutter-time" aria-hidden="true">
          {times.shortTime(message.sentAtMs)}
        </time>
      ) : (
        <Avatar user={author} />
      )}
      <div class="message-body">
        {replyTo === null ? null : <Quote seq={replyTo} />}
        {isGrouped ? null : (
          <div class="message-head">
            <span class="author">{name}</span>
            <time dateTime={new Date(message.sentAtMs).toISOString()} title={times.full(message.sentAtMs)}>
              {times.time(message.sentAtMs)}
            </time>
            {isEdited ? <span class="edited">{t.timeline.edited}</span> : null}
          </div>
        )}
        <Content message={message} isEditing={isEditing} />
        {isGrouped && isEdited ? <span class="edited">{t.timeline.edited}</span> : null}
        {message.reactions.length === 0 ? null : <Reactions message={message} />}
      </div>
      {isActive && !isEditing && body !== null ? <Toolbar message={message} /> : null}
    </article>
  )
})

function Content({ message, isEditing }: { readonly message: ShownMessage; readonly isEditing: boolean }) {
  const t = useMessages()
  if (message.body === null) return <p class="tombstone">{t.timeline.deleted}</p>
  if (isEditing) return <EditBox target={message} body={message.body} />
  return <Body text={message.body} />
}
