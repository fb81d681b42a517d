/** A link to another view of this page: a real link, so that it can be copied and opened in a tab. */

import type { ComponentChildren } from 'preact'
import { useShell } from '../app/context.ts'

type Props = {
  readonly to: string
  readonly class?: string
  readonly 'aria-current'?: 'page' | undefined
  readonly children: ComponentChildren
}

export function PathLink({ to, children, ...rest }: Props) {
  const { router } = useShell()
  return (
    <a
      href={to}
      onClick={(event) => {
        // Ctrl, ⌘ and Shift mean another tab or window: the browser's business.
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        router.go(to)
      }}
      {...rest}
    >
      {children}
    </a>
  )
}
