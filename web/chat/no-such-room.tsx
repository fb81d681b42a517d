/** A room that I am not in: gone, private, or one that I may join. */

import { useState } from 'preact/hooks'
import type { Room } from '../../src/client/api.ts'
import { useMessages } from '../app/context.ts'
import { PathLink } from '../ui/path-link.tsx'
import { LinkBanner } from './link-banner.tsx'

export function NoSuchRoom({ room }: { readonly room: Room }) {
  const t = useMessages()
  const [isRefused, setRefused] = useState(false)
  return (
    <main class="main">
      <LinkBanner />
      <div class="nothing">
        <h1>{t.room.notFound}</h1>
        <p>{t.room.notFoundHint}</p>
        <p class="nothing-actions">
          {isRefused ? null : (
            <button
              type="button"
              class="button"
              onClick={() => void room.do('join', {}).then((result) => setRefused('error' in result))}
            >
              {t.room.join}
            </button>
          )}
          <PathLink to="/" class="button">
            {t.guest.goHome}
          </PathLink>
        </p>
      </div>
    </main>
  )
}
