/** My name and my password. */

import { useState } from 'preact/hooks'
import { limits } from '../../src/protocol/limits.ts'
import { useChat, useMe, useMessages } from '../app/context.ts'
import { Field } from '../ui/field.tsx'
import { useAction } from '../ui/use-action.ts'

export function ProfileTab() {
  return (
    <>
      <NameForm />
      <PasswordForm />
    </>
  )
}

function NameForm() {
  const t = useMessages()
  const me = useMe()
  const { client, notice } = useChat()
  const [name, setName] = useState(me?.name ?? '')
  const { isBusy, error, run } = useAction()
  const save = async () => {
    if ((await run(() => client.do('profile', { name: name.trim() }))) !== null) notice.value = t.common.saved
  }
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Field label={t.settings.handle} value={me?.handle ?? ''} disabled />
      <Field
        label={t.settings.name}
        hint={t.guest.nameHint}
        value={name}
        required
        autoComplete="name"
        maxLength={limits.nameCharsMax}
        error={error === null ? null : t.errors[error.code]}
        onInput={({ currentTarget }) => setName(currentTarget.value)}
      />
      <div class="form-actions">
        <button type="submit" class="button primary" disabled={isBusy || name.trim() === '' || name === me?.name}>
          {t.common.save}
        </button>
      </div>
    </form>
  )
}

function PasswordForm() {
  const t = useMessages()
  const me = useMe()
  const { client, notice } = useChat()
  const [old, setOld] = useState('')
  const [fresh, setFresh] = useState('')
  const { isBusy, error, run } = useAction()
  const change = async () => {
    if ((await run(() => client.do('changePassword', { old, new: fresh }))) === null) return
    setOld('')
    setFresh('')
    notice.value = t.settings.passwordChanged
  }
  const isAboutNew = error?.field === 'new'
  const said = error === null ? null : t.errors[error.code]
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault()
        void change()
      }}
    >
      <h3>{t.settings.passwordTitle}</h3>
      {/* For password managers: whose password it is. */}
      <input hidden autoComplete="username" value={me?.handle ?? ''} readOnly />
      <Field
        label={t.settings.oldPassword}
        type="password"
        autoComplete="current-password"
        value={old}
        error={isAboutNew ? null : said}
        onInput={({ currentTarget }) => setOld(currentTarget.value)}
      />
      <Field
        label={t.settings.newPassword}
        hint={t.guest.passwordHint(limits.passwordCharsMin)}
        type="password"
        autoComplete="new-password"
        value={fresh}
        error={isAboutNew ? said : null}
        onInput={({ currentTarget }) => setFresh(currentTarget.value)}
      />
      <div class="form-actions">
        <button type="submit" class="button" disabled={isBusy || old === '' || fresh.length < limits.passwordCharsMin}>
          {t.settings.changePassword}
        </button>
      </div>
    </form>
  )
}
