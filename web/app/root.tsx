/** The whole page: finds out who is here, and shows a guest page or the chat. */

import { useEffect, useState } from 'preact/hooks'
import type { Client } from '../../src/client/api.ts'
import type { User } from '../../src/protocol/rows.ts'
import { ChatPage } from '../chat/chat-page.tsx'
import { GuestPage } from '../guest/guest-page.tsx'
import { AlreadyIn, GuestView } from '../guest/pages.tsx'
import { type Shell, ShellContext, useMessages, useShell } from './context.ts'

type Props = {
  readonly shell: Shell
  /** Called once, when somebody is signed in. */
  readonly connect: () => Client
}

export function Root({ shell, connect }: Props) {
  return (
    <ShellContext.Provider value={shell}>
      <Page connect={connect} />
    </ShellContext.Provider>
  )
}

const retryMs = 2_000

function Page({ connect }: Pick<Props, 'connect'>) {
  const t = useMessages()
  const { door, server, router, clock } = useShell()
  const [client, setClient] = useState<Client | null>(null)
  useEffect(() => {
    const closing = new AbortController()
    const look = async () => {
      while (!closing.signal.aborted) {
        const answer = await door.server()
        if (closing.signal.aborted) return
        if ('ok' in answer) {
          server.value = answer.ok
          return
        }
        await clock.sleep(retryMs, closing.signal)
      }
    }
    void look()
    return () => closing.abort()
  }, [])
  const info = server.value
  const user = info?.user ?? null
  useEffect(() => {
    if (user !== null && client === null) setClient(connect())
  }, [user])

  const route = router.route.value
  if (info === null) return <GuestPage title={t.guest.serverAway} />
  if (user === null) {
    return <GuestView route={route} server={info} onSignedIn={(signedIn) => enter(signedIn)} />
  }
  if (route.at === 'invite') return <AlreadyIn user={user} server={info.name} />
  if (route.at === 'reset') return <GuestView route={route} server={info} onSignedIn={() => location.assign('/')} />
  return client === null ? null : <ChatPage client={client} user={user} />

  function enter(signedIn: User) {
    if (router.route.value.at !== 'room') router.go('/', 'replace')
    if (info !== null) server.value = { ...info, isSetUp: true, user: signedIn }
  }
}
