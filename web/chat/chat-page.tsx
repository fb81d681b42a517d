/** The chat of somebody who is signed in: list, room, details, and what floats above them. */

import { signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Client } from '../../src/client/api.ts'
import type { User } from '../../src/protocol/rows.ts'
import { type Chat, ChatContext, type Dialog, useMessages, useShell } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import { openDrafts } from '../composer/drafts.ts'
import { LazyDialogs } from '../dialogs/lazy-dialogs.tsx'
import { SignIn } from '../guest/pages.tsx'
import { Announcer } from './announcer.tsx'
import { Notice } from './notice.tsx'
import { RoomPage } from './room-page.tsx'
import { Sidebar } from './sidebar.tsx'
import { useGlobalKeys } from './use-global-keys.ts'
import { usePresenceWatch } from './use-presence-watch.ts'
import { useTitle } from './use-title.ts'
import { Welcome } from './welcome.tsx'

type Props = { readonly client: Client; readonly user: User }

export function ChatPage({ client, user }: Props) {
  const { storage } = useShell()
  const chat = useMemo<Chat>(
    () => ({
      client,
      drafts: openDrafts(storage, user.id),
      dialog: signal<Dialog | null>(null),
      isPanelOpen: signal(false),
      notice: signal<string | null>(null),
      announcement: signal(''),
    }),
    [client, user.id],
  )
  return (
    <ChatContext.Provider value={chat}>
      <ChatOrSignIn client={client} user={user} />
      <Announcer />
      <Notice />
    </ChatContext.Provider>
  )
}

function ChatOrSignIn({ client, user }: Props) {
  const t = useMessages()
  const { server } = useShell()
  const link = useLive(
    () => client.link(),
    (changed) => client.on('link', changed),
    [client],
  )
  const welcomed = useLive(
    () => client.server()?.name ?? null,
    (changed) => client.on('link', changed),
    [client],
  )
  useEffect(() => {
    // What the socket's welcome says is newer than what was asked for before somebody signed in.
    if (welcomed !== null && server.value !== null) server.value = { ...server.value, name: welcomed }
  }, [welcomed])
  const info = server.value
  if (link.is !== 'signed_out' || info === null) return <Columns client={client} />
  const why = link.reason === 'deactivated' ? t.guest.deactivated : t.guest.sessionEnded
  return (
    <SignIn
      server={info}
      notice={`${why} ${t.guest.outboxKept}`}
      onSignedIn={(signedIn) => {
        // Somebody else must not see what the first one had open.
        if (signedIn.id === user.id) client.reconnect()
        else location.assign('/')
      }}
    />
  )
}

function Columns({ client }: { readonly client: Client }) {
  const { router } = useShell()
  const route = router.route.value
  const room = route.at === 'room' ? route.room : null
  useGlobalKeys()
  useTitle(room)
  usePresenceWatch()
  useEffect(() => {
    // Guest pages have nothing to show to somebody who is signed in.
    if (route.at !== 'room' && route.at !== 'home') router.go('/', 'replace')
  }, [route])
  return (
    <div class={room === null ? 'columns' : 'columns has-room'}>
      <Sidebar current={room} />
      {room === null ? (
        <Welcome />
      ) : (
        <RoomPage key={room} room={client.room(room)} message={route.at === 'room' ? route.message : null} />
      )}
      <LazyDialogs />
    </div>
  )
}
