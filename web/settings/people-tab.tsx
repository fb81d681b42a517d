/** For owners: everybody's account. */

import { useState } from 'preact/hooks'
import type { User } from '../../src/protocol/rows.ts'
import { useChat, useMe, useMessages } from '../app/context.ts'
import { usePeople } from '../dialogs/use-people.ts'
import { bestMatches } from '../text/match.ts'
import { Avatar } from '../ui/avatar.tsx'
import { CopyField } from '../ui/copy-field.tsx'
import { SearchBox } from '../ui/search-box.tsx'
import { useAction } from '../ui/use-action.ts'

const shownMax = 100

export function PeopleTab() {
  const t = useMessages()
  const { client } = useChat()
  const { people, reload } = usePeople()
  const [query, setQuery] = useState('')
  const [reset, setReset] = useState<{ readonly user: User; readonly url: string } | null>(null)
  const { error, run } = useAction()
  const found = bestMatches(people, { query, nameOf: ({ name, handle }) => [name, handle], max: shownMax })
  const change = async (user: User, cmd: 'deactivate' | 'reactivate') => {
    await run(() => client.do(cmd, { user: user.id }))
    reload()
  }
  const makeReset = async (user: User) => {
    const done = await run(() => client.do('createReset', { user: user.id }))
    if (done !== null) setReset({ user, url: `${location.origin}/reset#${done.ok.secret}` })
  }
  return (
    <>
      <SearchBox value={query} label={t.dialogs.pickPeople} onInput={setQuery} />
      {error === null ? null : (
        <p class="error" role="alert">
          {t.errors[error.code]}
        </p>
      )}
      {reset === null ? null : (
        <div class="callout">
          <p>{t.settings.resetReady(reset.user.name)}</p>
          <CopyField value={reset.url} label={t.settings.resetLink} />
        </div>
      )}
      <ul class="entries">
        {found.map((user) => (
          <Account
            key={user.id}
            user={user}
            onReset={() => void makeReset(user)}
            onChange={(cmd) => void change(user, cmd)}
          />
        ))}
      </ul>
    </>
  )
}

type AccountProps = {
  readonly user: User
  readonly onReset: () => void
  readonly onChange: (cmd: 'deactivate' | 'reactivate') => void
}

function Account({ user, onReset, onChange }: AccountProps) {
  const t = useMessages()
  const me = useMe()
  // Asked here, not by the confirm dialog: that would take the place of the settings.
  const [isAsking, setAsking] = useState(false)
  return (
    <li class={isAsking ? 'stacked' : ''}>
      <Avatar user={user} />
      <div class={user.isActive ? '' : 'inactive'}>
        <strong>{user.name}</strong>
        <small>
          {user.handle}
          {user.role === 'owner' ? ` · ${t.settings.owner}` : ''}
          {user.isActive ? '' : ` · ${t.settings.isDeactivated}`}
        </small>
        {isAsking ? <p class="error">{t.settings.deactivateSure(user.name)}</p> : null}
      </div>
      {user.id === me?.id ? null : (
        <span class="entry-actions">
          {user.isActive && !isAsking ? (
            <button type="button" class="button" onClick={onReset}>
              {t.settings.resetLink}
            </button>
          ) : null}
          {isAsking ? (
            <button type="button" class="button" onClick={() => setAsking(false)}>
              {t.common.cancel}
            </button>
          ) : null}
          {user.isActive ? (
            <button
              type="button"
              class={isAsking ? 'button danger' : 'button'}
              onClick={() => {
                if (isAsking) onChange('deactivate')
                setAsking(!isAsking)
              }}
            >
              {t.settings.deactivate}
            </button>
          ) : (
            <button type="button" class="button" onClick={() => onChange('reactivate')}>
              {t.settings.reactivate}
            </button>
          )}
        </span>
      )}
    </li>
  )
}
