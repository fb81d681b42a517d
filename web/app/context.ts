/** What every view may reach: the shell around all pages, and the chat once somebody is signed in. */

import { createContext } from 'preact'
import type { Signal } from '@preact/signals'
import { useContext } from 'preact/hooks'
import type { Client } from '../../src/client/api.ts'
import type { Clock } from '../../src/clock.ts'
import type { RoomId, UserId } from '../../src/protocol/ids.ts'
import type { Presence } from '../../src/protocol/frames.ts'
import type { User } from '../../src/protocol/rows.ts'
import type { Messages } from '../messages/catalogue.ts'
import { en } from '../messages/en.ts'
import { ko } from '../messages/ko.ts'
import type { Drafts } from '../composer/drafts.ts'
import type { Door, ServerInfo } from './door.ts'
import type { Preferences } from './preferences.ts'
import type { Router } from './router.ts'
import { type Times, timesIn } from './times.ts'
import { useLive } from './use-live.ts'

export type Shell = {
  readonly clock: Clock
  readonly door: Door
  readonly router: Router
  readonly preferences: Preferences
  /** Null until it has answered once. */
  readonly server: Signal<ServerInfo | null>
  readonly storage: Storage | null
}

export type Dialog =
  | { readonly is: 'create-room' }
  | { readonly is: 'browse-rooms' }
  | { readonly is: 'direct' }
  | { readonly is: 'invite-link'; readonly room: RoomId | null }
  | { readonly is: 'add-people'; readonly room: RoomId }
  | { readonly is: 'edit-room'; readonly room: RoomId }
  | { readonly is: 'switcher' }
  | { readonly is: 'settings' }
  | { readonly is: 'confirm'; readonly text: string; readonly action: string; readonly onConfirm: () => void }

export type Chat = {
  readonly client: Client
  readonly drafts: Drafts
  readonly dialog: Signal<Dialog | null>
  readonly isPanelOpen: Signal<boolean>
  /** A short notice at the foot of the page; also what the live region says. */
  readonly notice: Signal<string | null>
  /** The next thing the live region says. */
  readonly announcement: Signal<string>
}

export const ShellContext = createContext<Shell | null>(null)
export const ChatContext = createContext<Chat | null>(null)

export function useShell(): Shell {
  const shell = useContext(ShellContext)
  if (shell === null) throw new Error('drawn outside a ShellContext')
  return shell
}

export function useChat(): Chat {
  const chat = useContext(ChatContext)
  if (chat === null) throw new Error('drawn outside a ChatContext')
  return chat
}

export function useMessages(): Messages {
  return useShell().preferences.language.value === 'ko' ? ko : en
}

export function useTimes(): Times {
  const { preferences, clock } = useShell()
  return timesIn(preferences.language.value, clock)
}

export function useUser(id: UserId | null): User | null {
  const { client } = useChat()
  return useLive(
    () => (id === null ? null : client.user(id)),
    (changed) => client.on('people', changed),
    [client, id],
  )
}

export function usePresence(id: UserId): Presence {
  const { client } = useChat()
  return useLive(
    () => client.presence(id),
    (changed) => client.on('presence', changed),
    [client, id],
  )
}

export function useMe(): User | null {
  const { client } = useChat()
  return useLive(
    () => client.me(),
    (changed) => client.on('me', changed),
    [client],
  )
}
