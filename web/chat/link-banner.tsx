/** Says that the link is gone, once it has been for 2 s: short breaks are nobody's business. */

import { useEffect, useState } from 'preact/hooks'
import { useChat, useMessages } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'

const quietMs = 2_000

export function LinkBanner() {
  const t = useMessages()
  const { client } = useChat()
  const link = useLive(
    () => client.link(),
    (changed) => client.on('link', changed),
    [client],
  )
  const isAway = link.is === 'offline' || link.is === 'connecting'
  const [isLong, setLong] = useState(false)
  useEffect(() => {
    if (!isAway) {
      setLong(false)
      return undefined
    }
    const timer = setTimeout(() => setLong(true), quietMs)
    return () => clearTimeout(timer)
  }, [isAway])
  // The region is there before its text, or a screen reader would not notice it.
  return (
    <output class="banner">
      {link.is === 'given_up' ? (
        <p>
          {t.link.givenUp}
          <button type="button" class="text-button" onClick={() => location.reload()}>
            {t.common.reload}
          </button>
        </p>
      ) : null}
      {isAway && isLong ? (
        <p>
          {client.me() === null ? t.guest.serverAway : t.link.offline}
          {link.is === 'offline' ? (
            <button type="button" class="text-button" onClick={() => client.reconnect()}>
              {t.link.tryNow}
            </button>
          ) : null}
        </p>
      ) : null}
    </output>
  )
}
