/** The actions on the message under the pointer or with the focus. */

import type { ShownMessage } from '../../src/client/api.ts'
import { useMe, useMessages } from '../app/context.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { quickEmoji } from './emoji.ts'
import { reactsWith, startReply } from './message-actions.ts'

const quickMax = 2

export function Toolbar({ message }: { readonly message: ShownMessage }) {
  const t = useMessages()
  const me = useMe()
  const scope = useRoomScope()
  const { floating } = scope
  return (
    <div class="toolbar" role="toolbar" aria-label={t.timeline.actions}>
      {quickEmoji.slice(0, quickMax).map((emoji) => (
        <button
          key={emoji}
          type="button"
          class="icon-button"
          aria-label={t.timeline.reactWith(emoji)}
          title={t.timeline.reactWith(emoji)}
          onClick={() => scope.room.react(message.seq, emoji, !reactsWith(message, { emoji, me }))}
        >
          {emoji}
        </button>
      ))}
      <IconButton
        icon="smile"
        label={t.timeline.react}
        onClick={({ currentTarget }) => (floating.value = { is: 'emoji', message, anchor: currentTarget })}
      />
      <IconButton icon="reply" label={t.timeline.reply} onClick={() => startReply(scope, message)} />
      <IconButton
        icon="more"
        label={t.timeline.more}
        aria-haspopup="menu"
        onClick={({ currentTarget }) => (floating.value = { is: 'menu', message, anchor: currentTarget })}
      />
    </div>
  )
}
