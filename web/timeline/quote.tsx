/** What a message replies to, on one line; a press jumps there. */

import type { Seq } from '../../src/protocol/ids.ts'
import { useChat, useMessages, useUser } from '../app/context.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { readText } from '../text/format.ts'
import { Icon } from '../ui/icon.tsx'
import { useQuoted } from './use-quoted.ts'

export function Quote({ seq }: { readonly seq: Seq }) {
  const t = useMessages()
  const { client } = useChat()
  const { jumpTo } = useRoomScope()
  const quoted = useQuoted(seq)
  const author = useUser(quoted?.author ?? null)
  if (quoted === null) return <div class="quote" />
  const name = author?.name ?? t.common.unknownPerson
  const line =
    quoted.body === null
      ? t.timeline.deletedQuote
      : readText(quoted.body, (id) => client.user(id)?.name ?? t.common.unknownPerson)
  return (
    <button type="button" class="quote" title={t.timeline.jumpTo(name)} onClick={() => jumpTo.current(seq)}>
      <Icon name="reply" size={14} />
      <b>{name}</b>
      <span>{line}</span>
    </button>
  )
}
