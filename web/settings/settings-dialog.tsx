/** Everything that can be set: about me, this device, and for owners about the server. */

import type { ComponentChild } from 'preact'
import { useState } from 'preact/hooks'
import { useMe, useMessages } from '../app/context.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DisplayTab } from './display-tab.tsx'
import { InvitesTab } from './invites-tab.tsx'
import { PeopleTab } from './people-tab.tsx'
import { ProfileTab } from './profile-tab.tsx'
import { ServerTab } from './server-tab.tsx'
import { SessionsTab } from './sessions-tab.tsx'
import { TokensTab } from './tokens-tab.tsx'

type TabName = 'profile' | 'display' | 'sessions' | 'tokens' | 'invites' | 'people' | 'server'

const tabs: { readonly [Name in TabName]: () => ComponentChild } = {
  profile: ProfileTab,
  display: DisplayTab,
  sessions: SessionsTab,
  tokens: TokensTab,
  invites: InvitesTab,
  people: PeopleTab,
  server: ServerTab,
}

const forAll: readonly TabName[] = ['profile', 'display', 'sessions', 'tokens', 'invites']
const forOwners: readonly TabName[] = ['people', 'server']

export function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useMessages()
  const me = useMe()
  const [chosen, choose] = useState<TabName>('profile')
  const names = me?.role === 'owner' ? [...forAll, ...forOwners] : forAll
  const Tab = tabs[chosen]
  return (
    <Dialog title={t.settings.title} size="wide" onClose={onClose}>
      <div class="settings">
        <div class="tabs" role="tablist" aria-label={t.settings.title}>
          {names.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`tab-${name}`}
              aria-selected={name === chosen}
              aria-controls="tab-panel"
              tabIndex={name === chosen ? 0 : -1}
              onClick={() => choose(name)}
              onKeyDown={moveTab}
            >
              {t.settings[name]}
            </button>
          ))}
        </div>
        <div class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${chosen}`}>
          <Tab />
        </div>
      </div>
    </Dialog>
  )
}

function moveTab(event: KeyboardEvent): void {
  const isNext = event.key === 'ArrowDown' || event.key === 'ArrowRight'
  if (!isNext && event.key !== 'ArrowUp' && event.key !== 'ArrowLeft') return
  const { target } = event
  if (!(target instanceof HTMLElement)) return
  event.preventDefault()
  const next = isNext ? target.nextElementSibling : target.previousElementSibling
  if (!(next instanceof HTMLElement)) return
  next.click()
  next.focus()
}
