/** The frame of the pages without a chat: a mark, a title, a card. */

import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'

type Props = { readonly title: string; readonly hint?: string | null; readonly children?: ComponentChildren }

export function GuestPage({ title, hint = null, children }: Props) {
  useEffect(() => {
    document.title = title
  }, [title])
  return (
    <main class="guest">
      <div class="card">
        <span class="mark" aria-hidden="true">
          마
        </span>
        <h1>{title}</h1>
        {hint === null ? null : <p class="guest-hint">{hint}</p>}
        {children}
      </div>
    </main>
  )
}
