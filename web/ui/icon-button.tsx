/** A button that shows an icon and says a name. */

import type { JSX } from 'preact'
import { Icon, type IconName } from './icon.tsx'

type Props = Omit<JSX.IntrinsicElements['button'], 'icon' | 'size' | 'label' | 'class'> & {
  readonly class?: string
  readonly icon: IconName
  readonly label: string
  readonly size?: number
}

export function IconButton({ icon, label, size, class: className = '', ...rest }: Props) {
  return (
    <button type="button" class={`icon-button ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} {...(size === undefined ? {} : { size })} />
    </button>
  )
}
