/** Name and topic of a room. The name is for who keeps it in order; the topic for all members. */

import { useState } from 'preact/hooks'
import type { RoomId } from '../../src/protocol/ids.ts'
import { useChat, useMe, useMessages } from '../app/context.ts'
import { useRoomEntry } from '../chat/room-list.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { useAction } from '../ui/use-action.ts'

export function EditRoom({ room: id, onClose }: { readonly room: RoomId; readonly onClose: () => void }) {
  const t = useMessages()
  const { client } = useChat()
  const me = useMe()
  const entry = useRoomEntry(id)
  const room = client.room(id)
  const before = room.settings() ?? entry?.membership.room ?? { name: '', topic: '' }
  const [name, setName] = useState(before.name)
  const [topic, setTopic] = useState(before.topic)
  const { isBusy, error, run } = useAction()
  const mayRename = entry?.membership.role === 'owner' || me?.role === 'owner'
  const save = async () => {
    const renamed = name.trim() === before.name || (await run(() => room.do('rename', { name: name.trim() }))) !== null
    if (!renamed) return
    const isTold =
      topic.trim() === before.topic || (await run(() => room.do('topic', { topic: topic.trim() }))) !== null
    if (isTold) onClose()
  }
  return (
    <Dialog title={t.room.rename} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Field
          label={t.room.roomName}
          value={name}
          required
          disabled={!mayRename}
          maxLength={client.limits().roomNameCharsMax}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Field
          label={t.room.topic}
          value={topic}
          maxLength={client.limits().topicCharsMax}
          onInput={({ currentTarget }) => setTopic(currentTarget.value)}
        />
        {error === null ? null : (
          <p class="error" role="alert">
            {t.errors[error.code]}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {t.common.cancel}
          </button>
          <button type="submit" class="button primary" disabled={isBusy || name.trim() === ''}>
            {t.common.save}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
