/** For owners: the server's name, and who may sign up. */

import { useState } from 'preact/hooks'
import type { CommandInputs } from '../../src/protocol/commands.ts'
import { limits } from '../../src/protocol/limits.ts'
import { useChat, useMessages, useShell } from '../app/context.ts'
import { Field } from '../ui/field.tsx'
import { Switch } from '../ui/switch.tsx'
import { useAction } from '../ui/use-action.ts'

export function ServerTab() {
  const t = useMessages()
  const { server } = useShell()
  const { client, notice } = useChat()
  const [name, setName] = useState(server.value?.name ?? '')
  const { isBusy, error, run } = useAction()
  const save = async (change: CommandInputs['serverSettings']) => {
    const done = await run(() => client.do('serverSettings', change))
    if (done === null) return
    if (server.value !== null) server.value = { ...server.value, ...done.ok }
    notice.value = t.common.saved
  }
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault()
        void save({ name: name.trim() })
      }}
    >
      <Field
        label={t.settings.serverName}
        value={name}
        required
        maxLength={limits.nameCharsMax}
        error={error === null ? null : t.errors[error.code]}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <div class="form-actions">
        <button
          type="submit"
          class="button primary"
          disabled={isBusy || name.trim() === '' || name === server.value?.name}
        >
          {t.common.save}
        </button>
      </div>
      <Switch
        label={t.settings.openSignUp}
        hint={t.settings.openSignUpHint}
        isOn={server.value?.openSignUp ?? false}
        onChange={(openSignUp) => void save({ openSignUp })}
      />
    </form>
  )
}
