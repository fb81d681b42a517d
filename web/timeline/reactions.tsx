/** The reactions to a message, and one button to add another. */

import type { ShownMessage } from '../../src/client/api.ts'
import { useChat, useMe, useMessages, useTimes } from '../app/context.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { Icon } from '../ui/icon.tsx'

const namesMax = 10

export function Reactions({ message }: { readonly message: ShownMessage }) {
  const t = useMessages()
  const times = useTimes()
  const me = useMe()
  const { client } = useChat()
  const { room, floating } = useRoomScope()
  const nameOf = (id: Parameters<typeof client.user>[0]) => client.user(id)?.name ?? t.common.unknownPerson
  return (
    <div class="reactions">
      {message.reactions.map(({ emoji, users }) => {
        const isMine = me !== null && users.includes(me.id)
        const names = times.list(users.slice(0, namesMax).map(nameOf))
        return (
          <button
            key={emoji}
            type="button"
            aria-pressed={isMine}
            aria-label={`${t.timeline.reactedBy(emoji, names)}, ${users.length}`}
            title={t.timeline.reactedBy(emoji, names)}
            onClick={() => room.react(message.seq, emoji, !isMine)}
          >
            {emoji} <span>{users.length}</span>
          </button>
        )
      })}
      <button
        type="button"
        aria-label={t.timeline.react}
        title={t.timeline.react}
        onClick={({ currentTarget }) => (floating.value = { is: 'emoji', message, anchor: currentTarget })}
      >
        <Icon name="plus" size={14} />
      </button>
    </div>
  )
}
