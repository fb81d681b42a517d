/** Where messages are written. Stays usable offline: what is sent waits in the outbox. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { MembershipRow } from '../../src/protocol/rows.ts'
import { useChat, useMe, useMessages, useShell } from '../app/context.ts'
import { useStable } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'
import { countChars } from '../text/code-points.ts'
import { EmojiPicker } from '../timeline/emoji-picker.tsx'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Popover } from '../ui/popover.tsx'
import { type FieldHandle, MessageField } from './message-field.tsx'
import { ReplyBar } from './reply-bar.tsx'
import { useDraft } from './use-draft.ts'

/** The count is shown when this many characters are left. */
const nearChars = 200

export function Composer({ membership }: { readonly membership: MembershipRow }) {
  const t = useMessages()
  const { clock } = useShell()
  const { client, notice } = useChat()
  const me = useMe()
  const scope = useRoomScope()
  const { room, name, replyTo, editing } = scope
  const field = useRef<FieldHandle>(null)
  const draft = useDraft(field)
  const [left, setLeft] = useState<number | null>(null)
  const [hasText, setHasText] = useState(draft.first.text.trim() !== '')
  const isDirect = membership.room.visibility === 'direct'

  const send = useStable(() => {
    const body = field.current?.body().trim() ?? ''
    if (body === '' || countChars(body) > client.limits().bodyCharsMax) return
    const answered = replyTo.value
    replyTo.value = null
    field.current?.clear()
    draft.forget()
    scope.toEnd.current()
    room.send(body, answered === null ? {} : { replyTo: answered }).catch(() => {
      // It could not be kept. The text goes back to where it came from: it is never lost.
      field.current?.insert(body)
      notice.value = t.errors.internal
    })
  })
  const onEdited = useStable((text: string) => {
    const room_ = client.limits().bodyCharsMax
    // Twice the length in UTF-16 can only be near the limit when this is.
    setLeft(text.length > room_ - nearChars ? room_ - countChars(text) : null)
    setHasText(text.trim() !== '')
    draft.changed()
    scope.typedAtMs.current = clock.monotonicMs()
    if (text.trim() !== '') room.type()
  })
  const stopReply = () => {
    const wasReplying = replyTo.value !== null
    replyTo.value = null
    return wasReplying
  }
  const editLast = useStable(() => {
    const mine = room.timeline().messages.findLast(({ author, body }) => author === me?.id && body !== null)
    if (mine !== undefined) editing.value = mine.seq
  })
  useEffect(() => {
    scope.focusComposer.current = () => field.current?.focus()
    // A soft keyboard that comes up by itself would hide half the room.
    if (!matchMedia('(pointer: coarse)').matches) field.current?.focus()
  }, [scope])
  const first = useMemo(() => draft.first, [])
  const placeholder = !isDirect
    ? t.composer.placeholder(name)
    : membership.room.others.length > 1
      ? t.composer.placeholderGroup
      : t.composer.placeholderDirect(name)
  const isOver = left !== null && left < 0
  return (
    <div class="composer">
      {replyTo.value === null ? null : <ReplyBar seq={replyTo.value} />}
      <MessageField
        label={t.composer.label}
        placeholder={placeholder}
        first={first}
        handle={field}
        onSend={send}
        onEdited={onEdited}
        onUpInEmpty={editLast}
        onEscape={stopReply}
      />
      <div class="composer-foot">
        <EmojiButton onPick={(emoji) => field.current?.insert(emoji)} />
        {isDirect ? null : (
          <IconButton icon="at" size={20} label={t.composer.mention} onClick={() => beginMention(field.current)} />
        )}
        {left !== null && left < nearChars ? (
          <span class={isOver ? 'chars-left over' : 'chars-left'}>
            {isOver ? t.composer.over(-left) : t.composer.left(left)}
          </span>
        ) : null}
        <button
          type="button"
          class="send"
          aria-label={t.composer.send}
          title={t.composer.send}
          disabled={!hasText || isOver}
          // The field keeps the focus, and with it a phone its keyboard.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => field.current?.settled(send)}
        >
          <Icon name="up" size={20} />
        </button>
      </div>
    </div>
  )
}

function beginMention(field: FieldHandle | null): void {
  if (field === null) return
  field.focus()
  const isGlued = /[\w.@]$/.test(field.text())
  field.insert(isGlued ? ' @' : '@')
}

function EmojiButton({ onPick }: { readonly onPick: (emoji: string) => void }) {
  const t = useMessages()
  const [anchor, setAnchor] = useState<Element | null>(null)
  return (
    <>
      <IconButton
        icon="smile"
        size={20}
        label={t.composer.emoji}
        aria-haspopup="dialog"
        onClick={({ currentTarget }) => setAnchor(currentTarget)}
      />
      {anchor === null ? null : (
        <Popover anchor={anchor} kind="dialog" label={t.composer.emoji} onClose={() => setAnchor(null)}>
          <EmojiPicker
            label={(emoji) => emoji}
            onPick={(emoji) => {
              setAnchor(null)
              onPick(emoji)
            }}
          />
        </Popover>
      )}
    </>
  )
}
