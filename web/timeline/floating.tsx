/** What floats over the timeline: the menu and the emoji of a message, or on touch screens a sheet with both. */

import type { ShownMessage } from '../../src/client/api.ts'
import { unreachable } from '../../src/unreachable.ts'
import { useMe, useMessages } from '../app/context.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { Dialog } from '../ui/dialog.tsx'
import { MenuEntries } from '../ui/menu-button.tsx'
import { Popover } from '../ui/popover.tsx'
import { EmojiPicker } from './emoji-picker.tsx'
import { quickEmoji } from './emoji.ts'
import { reactsWith, useMessageActions } from './message-actions.ts'

export function FloatingLayer() {
  const t = useMessages()
  const { floating, room } = useRoomScope()
  const shown = floating.value
  const close = () => (floating.value = null)
  if (shown === null) return null
  switch (shown.is) {
    case 'menu':
      return (
        <Popover anchor={shown.anchor} kind="menu" label={t.timeline.actions} onClose={close}>
          <Actions message={shown.message} />
        </Popover>
      )
    case 'emoji':
      return (
        <Popover anchor={shown.anchor} kind="dialog" label={t.timeline.react} onClose={close}>
          <EmojiPicker
            label={t.timeline.reactWith}
            onPick={(emoji) => {
              close()
              room.react(shown.message.seq, emoji, true)
            }}
          />
        </Popover>
      )
    case 'sheet':
      return <Sheet message={shown.message} />
    default:
      return unreachable(shown)
  }
}

function Actions({ message }: { readonly message: ShownMessage }) {
  const { floating } = useRoomScope()
  return <MenuEntries entries={useMessageActions(message)} onDone={() => (floating.value = null)} />
}

function Sheet({ message }: { readonly message: ShownMessage }) {
  const t = useMessages()
  const me = useMe()
  const { floating, room } = useRoomScope()
  const close = () => (floating.value = null)
  return (
    <Dialog title={t.timeline.actions} size="sheet" hasHead={false} onClose={close}>
      <div class="sheet-emoji">
        {quickEmoji.map((emoji) => (
          <button
            key={emoji}
            type="button"
            aria-label={t.timeline.reactWith(emoji)}
            onClick={() => {
              close()
              room.react(message.seq, emoji, !reactsWith(message, { emoji, me }))
            }}
          >
            {emoji}
          </button>
        ))}
      </div>
      <div role="menu" aria-label={t.timeline.actions} class="sheet-menu">
        <Actions message={message} />
      </div>
    </Dialog>
  )
}
