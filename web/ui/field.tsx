/** A labelled field of a form, with its hint and what is wrong with it. */

import type { JSX } from 'preact'
import { useId } from 'preact/hooks'

type Props = JSX.IntrinsicElements['input'] & {
  readonly label: string
  readonly hint?: string | undefined
  readonly error?: string | null
}

export function Field({ label, hint, error = null, ...rest }: Props) {
  const id = useId()
  const described = [hint === undefined ? '' : `${id}-hint`, error === null ? '' : `${id}-error`].join(' ').trim()
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        aria-invalid={error !== null}
        {...(described === '' ? {} : { 'aria-describedby': described })}
        {...rest}
      />
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error === null ? null : (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  )
}
