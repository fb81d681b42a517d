/** A button that opens a menu. */

import { useRef, useState } from 'preact/hooks'
import { IconButton } from './icon-button.tsx'
import { Icon, type IconName } from './icon.tsx'
import { Popover } from './popover.tsx'

export type MenuEntry = {
  readonly icon: IconName
  readonly label: string
  readonly isDangerous?: boolean
  readonly run: () => void
}

type Props = { readonly icon: IconName; readonly label: string; readonly entries: readonly MenuEntry[] }

export function MenuButton({ icon, label, entries }: Props) {
  const [isOpen, setOpen] = useState(false)
  // The press closes the menu before the click comes: without this the click would open it again.
  const wasOpen = useRef(false)
  const place = useRef<HTMLSpanElement>(null)
  const anchor = place.current?.querySelector('button') ?? null
  return (
    <span ref={place} class="menu-place">
      <IconButton
        icon={icon}
        label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onPointerDown={() => (wasOpen.current = isOpen)}
        onClick={(event) => setOpen(event.detail === 0 ? !isOpen : !wasOpen.current)}
      />
      {isOpen && anchor !== null ? (
        <Popover anchor={anchor} kind="menu" label={label} onClose={() => setOpen(false)}>
          <MenuEntries entries={entries} onDone={() => setOpen(false)} />
        </Popover>
      ) : null}
    </span>
  )
}

export function MenuEntries({ entries, onDone }: { entries: readonly MenuEntry[]; onDone: () => void }) {
  return (
    <>
      {entries.map(({ icon, label, isDangerous, run }) => (
        <button
          key={label}
          type="button"
          role="menuitem"
          class={isDangerous === true ? 'menu-entry danger' : 'menu-entry'}
          onClick={() => {
            // Closed first, so that the focus is back where a dialog should return it to.
            onDone()
            queueMicrotask(run)
          }}
        >
          <Icon name={icon} size={16} />
          {label}
        </button>
      ))}
    </>
  )
}
