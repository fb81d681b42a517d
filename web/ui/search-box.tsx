/** A field to search in what is shown below it. Filters while a syllable is still being composed. */

import { useEffect, useRef } from 'preact/hooks'
import { Icon } from './icon.tsx'

type Props = {
  readonly value: string
  readonly label: string
  readonly onInput: (value: string) => void
  readonly onKeyDown?: (event: KeyboardEvent) => void
  readonly controls?: string
  readonly activeId?: string | undefined
}

export function SearchBox({ value, label, onInput, onKeyDown, controls, activeId }: Props) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <div class="search-box">
      <Icon name="search" size={16} />
      <input
        ref={field}
        type="text"
        role={controls === undefined ? undefined : 'combobox'}
        aria-expanded={controls === undefined ? undefined : true}
        aria-controls={controls}
        aria-activedescendant={activeId}
        aria-label={label}
        placeholder={label}
        autoComplete="off"
        spellcheck={false}
        // Set by the browser only: a drawing must not set it in the middle of a syllable.
        defaultValue={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  )
}
