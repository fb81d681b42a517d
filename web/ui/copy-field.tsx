/** Something to take away, such as a link: shown in full, with a button that copies it. */

import { useState } from 'preact/hooks'
import { useMessages } from '../app/context.ts'
import { copyText } from './copy-text.ts'
import { Icon } from './icon.tsx'

export function CopyField({ value, label }: { readonly value: string; readonly label: string }) {
  const t = useMessages()
  const [isCopied, setCopied] = useState(false)
  return (
    <div class="copy-field">
      <input readOnly value={value} aria-label={label} onFocus={(event) => event.currentTarget.select()} />
      <button type="button" class="button" onClick={() => void copyText(value).then(setCopied)}>
        <Icon name={isCopied ? 'check' : 'copy'} size={16} />
        {isCopied ? t.common.copied : t.common.copy}
      </button>
    </div>
  )
}
