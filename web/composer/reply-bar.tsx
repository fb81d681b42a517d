/** Above the field: which message is answered, and a way out. */

import type { Seq } from '../../src/protocol/ids.ts'
import { useChat, useMessages } from '../app/context.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { readText } from '../text/format.ts'
import { useQuoted } from '../timeline/use-quoted.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'

export function ReplyBar({ seq }: { readonly seq: Seq }) {
  const t = useMessages()
  const { client } = useChat()
  const { replyTo, focusComposer } = useRoomScope()
  const quoted = useQuoted(seq)
  const nameOf = (id: Parameters<typeof client.user>[0]) => client.user(id)?.name ?? t.common.unknownPerson
  return (
    <div class="reply-bar">
      <Icon name="reply" size={14} />
      <b>{quoted === null ? '' : t.composer.replyingTo(nameOf(quoted.author))}</b>
      <span>{quoted === null ? '' : readText(quoted.body ?? t.timeline.deletedQuote, nameOf)}</span>
      <IconButton
        icon="close"
        size={14}
        label={t.composer.cancelReply}
        onClick={() => {
          replyTo.value = null
          focusComposer.current()
        }}
      />
    </div>
  )
}
