/** Editing a message in its place: one that was sent, or one that could not be. */

import { useEffect, useMemo, useRef } from 'preact/hooks'
import { useChat, useMessages } from '../app/context.ts'
import { useStable } from '../app/use-live.ts'
import { type Editable, useRoomScope } from '../chat/room-scope.ts'
import { type FieldHandle, MessageField } from '../composer/message-field.tsx'
import { fromBody } from '../composer/mention-map.ts'
import { countChars } from '../text/code-points.ts'

export function EditBox({ target, body }: { readonly target: Editable; readonly body: string }) {
  const t = useMessages()
  const { client, notice } = useChat()
  const { room, editing, focusComposer } = useRoomScope()
  const field = useRef<FieldHandle>(null)
  const first = useMemo(() => fromBody(body, (id) => client.user(id)), [])
  useEffect(() => field.current?.focus(), [])
  const close = useStable(() => {
    editing.value = null
    focusComposer.current()
  })
  const save = useStable(() => {
    const edited = field.current?.body().trim() ?? ''
    if (edited === '') return
    if (countChars(edited) > client.limits().bodyCharsMax) {
      notice.value = t.errors.too_long
      return
    }
    if ('state' in target) room.retry(target.id, edited)
    else if (edited !== body) room.edit(target.seq, edited)
    close()
  })
  return (
    <div class="edit-box">
      <MessageField
        label={t.composer.editLabel}
        first={first}
        handle={field}
        onSend={save}
        onEdited={() => undefined}
        onEscape={() => {
          close()
          return true
        }}
      />
      <p class="edit-foot">
        <span>{t.composer.editHint}</span>
        <button type="button" class="text-button" onClick={close}>
          {t.common.cancel}
        </button>
        <button type="button" class="text-button" onClick={() => field.current?.settled(save)}>
          {t.common.save}
        </button>
      </p>
    </div>
  )
}
