/** A form of a guest page: its fields, what the server found wrong with which one, one button. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Result } from '../../src/client/api.ts'
import { limits } from '../../src/protocol/limits.ts'
import { unreachable } from '../../src/unreachable.ts'
import { useMessages } from '../app/context.ts'
import { Field } from '../ui/field.tsx'
import { useAction } from '../ui/use-action.ts'

export type FieldName = 'handle' | 'name' | 'password' | 'server'
export type Filled = { readonly [Name in FieldName]: string }

type Props<T> = {
  readonly fields: readonly FieldName[]
  /** A password that is being chosen, not one that is known. */
  readonly isNewPassword: boolean
  readonly action: string
  readonly submit: (filled: Filled) => Promise<Result<T>>
  readonly onDone: (ok: T) => void
}

export function GuestForm<T>({ fields, isNewPassword, action, submit, onDone }: Props<T>) {
  const t = useMessages()
  const form = useRef<HTMLFormElement>(null)
  const [filled, setFilled] = useState<Filled>({ handle: '', name: '', password: '', server: '' })
  const { isBusy, error, run } = useAction()
  const wrong = error === null ? null : (fields.find((field) => field === error.field) ?? null)
  const send = async () => {
    const done = await run(() => submit(filled))
    if (done !== null) onDone(done.ok)
  }
  useEffect(() => {
    form.current?.querySelector('input')?.focus()
  }, [])
  useEffect(() => {
    if (error !== null) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }, [error])
  return (
    <form
      ref={form}
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {fields.map((name) => (
        <Field
          key={name}
          {...attributes(name, isNewPassword)}
          {...words(name, { t, isNewPassword })}
          name={name}
          value={filled[name]}
          error={wrong === name && error !== null ? t.errors[error.code] : null}
          onInput={({ currentTarget: { value } }) => setFilled((before) => ({ ...before, [name]: value }))}
        />
      ))}
      {error === null || wrong !== null ? null : (
        <p class="error" role="alert">
          {t.errors[error.code]}
        </p>
      )}
      <button type="submit" class="button primary" disabled={isBusy}>
        {action}
      </button>
    </form>
  )
}

function attributes(name: FieldName, isNewPassword: boolean) {
  switch (name) {
    case 'handle':
      return {
        autoComplete: 'username',
        autoCapitalize: 'none' as const,
        spellcheck: false,
        maxLength: limits.handleCharsMax,
      }
    case 'name':
      return { autoComplete: 'name', maxLength: limits.nameCharsMax }
    case 'password':
      return { type: 'password' as const, autoComplete: isNewPassword ? 'new-password' : 'current-password' }
    case 'server':
      return { autoComplete: 'organization', maxLength: limits.nameCharsMax }
    default:
      return unreachable(name)
  }
}

function words(
  name: FieldName,
  { t, isNewPassword }: { t: ReturnType<typeof useMessages>; isNewPassword: boolean },
): { label: string; hint?: string } {
  switch (name) {
    case 'handle':
      return { label: t.guest.handle, ...(isNewPassword ? { hint: t.guest.handleHint } : {}) }
    case 'name':
      return { label: t.guest.name, hint: t.guest.nameHint }
    case 'password':
      return {
        label: t.guest.password,
        ...(isNewPassword ? { hint: t.guest.passwordHint(limits.passwordCharsMin) } : {}),
      }
    case 'server':
      return { label: t.guest.server, hint: t.guest.serverHint }
    default:
      return unreachable(name)
  }
}
