/** Makes a room and goes there. */

import { useState } from 'preact/hooks'
import { useChat, useMessages, useShell } from '../app/context.ts'
import { roomPath } from '../app/router.ts'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Switch } from '../ui/switch.tsx'
import { useAction } from '../ui/use-action.ts'

export function CreateRoom({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages()
  const { client } = useChat()
  const { router } = useShell()
  const [name, setName] = useState('')
  const [topic, setTopic] = useState('')
  const [isPrivate, setPrivate] = useState(false)
  const { isBusy, error, run } = useAction()
  const create = async () => {
    const about = topic.trim() === '' ? {} : { topic }
    const done = await run(() =>
      client.do('createRoom', { name: name.trim(), visibility: isPrivate ? 'private' : 'public', ...about }),
    )
    if (done === null) return
    onClose()
    router.go(roomPath(done.ok.room))
  }
  return (
    <Dialog title={t.dialogs.createTitle} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          void create()
        }}
      >
        <Field
          label={t.room.roomName}
          hint={t.dialogs.roomNameHint}
          value={name}
          required
          maxLength={client.limits().roomNameCharsMax}
          error={error?.field === 'name' ? t.errors[error.code] : null}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <Field
          label={t.room.topic}
          value={topic}
          maxLength={client.limits().topicCharsMax}
          error={error?.field === 'topic' ? t.errors[error.code] : null}
          onInput={({ currentTarget }) => setTopic(currentTarget.value)}
        />
        <Switch label={t.dialogs.isPrivate} hint={t.dialogs.isPrivateHint} isOn={isPrivate} onChange={setPrivate} />
        {error === null || error.field !== undefined ? null : (
          <p class="error" role="alert">
            {t.errors[error.code]}
          </p>
        )}
        <div class="dialog-actions">
          <button type="button" class="button" onClick={onClose}>
            {t.common.cancel}
          </button>
          <button type="submit" class="button primary" disabled={isBusy || name.trim() === ''}>
            {t.dialogs.create}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
