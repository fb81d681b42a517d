/** What can be done with a message: the same in the menu, in the sheet of touch screens, and by keys. */

import type { ShownMessage } from '../../src/client/api.ts'
import { seq } from '../../src/protocol/ids.ts'
import type { User } from '../../src/protocol/rows.ts'
import { type Chat, useChat, useMe, useMessages } from '../app/context.ts'
import { roomPath } from '../app/router.ts'
import { type RoomScope, useRoomScope } from '../chat/room-scope.ts'
import { plainText } from '../text/format.ts'
import { copyText } from '../ui/copy-text.ts'
import type { MenuEntry } from '../ui/menu-button.tsx'

export function useMessageActions(message: ShownMessage): readonly MenuEntry[] {
  const t = useMessages()
  const me = useMe()
  const chat = useChat()
  const scope = useRoomScope()
  const { body } = message
  if (body === null) return []
  const isMine = message.author === me?.id
  const copy = async (text: string) => {
    if (await copyText(text)) chat.notice.value = t.common.copied
  }
  const nameOf = (id: typeof message.author) => chat.client.user(id)?.name ?? t.common.unknownPerson
  const entries: MenuEntry[] = [
    { icon: 'reply', label: t.timeline.reply, run: () => startReply(scope, message) },
    { icon: 'copy', label: t.timeline.copyText, run: () => void copy(plainText(body, nameOf)) },
    {
      icon: 'link',
      label: t.timeline.copyLink,
      run: () => void copy(location.origin + roomPath(scope.room.id, message.seq)),
    },
    { icon: 'unread', label: t.timeline.markUnread, run: () => void markUnread(message, { scope, chat, t }) },
  ]
  if (isMine) entries.push({ icon: 'edit', label: t.timeline.edit, run: () => (scope.editing.value = message.seq) })
  if (isMine || scope.keepsOrder) {
    const confirm = {
      is: 'confirm',
      text: t.timeline.deleteSure,
      action: t.timeline.delete,
      onConfirm: () => scope.room.delete(message.seq),
    } as const
    entries.push({
      icon: 'trash',
      label: t.timeline.delete,
      isDangerous: true,
      run: () => (chat.dialog.value = confirm),
    })
  }
  return entries
}

export function startReply(scope: RoomScope, message: ShownMessage): void {
  scope.replyTo.value = message.seq
  scope.focusComposer.current()
}

export function reactsWith(message: ShownMessage, { emoji, me }: { emoji: string; me: User | null }): boolean {
  const reaction = message.reactions.find((each) => each.emoji === emoji)
  return me !== null && reaction !== undefined && reaction.users.includes(me.id)
}

type Place = { readonly scope: RoomScope; readonly chat: Chat; readonly t: ReturnType<typeof useMessages> }

async function markUnread(message: ShownMessage, { scope, chat, t }: Place): Promise<void> {
  scope.keepsUnread.value = true
  const result = await scope.room.unread(seq(message.seq - 1))
  if ('ok' in result) return
  scope.keepsUnread.value = false
  chat.notice.value = t.errors[result.error.code]
}
