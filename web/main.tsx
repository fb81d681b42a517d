/** Where the page begins: the real clock, chance, network and storage, handed to everything else. */

import { signal } from '@preact/signals'
import { render } from 'preact'
import { connectClient } from '../src/client/client.ts'
import { openIndexedDbOutbox } from '../src/client/outbox-indexeddb.ts'
import { browserClock } from './app/browser-clock.ts'
import type { Shell } from './app/context.ts'
import { type ServerInfo, httpDoor } from './app/door.ts'
import { localStorageOrNull, openPreferences } from './app/preferences.ts'
import { Root } from './app/root.tsx'
import { openRouter } from './app/router.ts'

const storage = localStorageOrNull()
const shell: Shell = {
  clock: browserClock,
  door: httpDoor,
  router: openRouter(),
  preferences: openPreferences(storage, navigator.languages),
  server: signal<ServerInfo | null>(null),
  storage,
}

const connect = () =>
  connectClient({
    url: `${location.origin.replace(/^http/, 'ws')}/ws`,
    outbox: openIndexedDbOutbox(),
    clock: browserClock,
    random: Math.random,
  })

const place = document.getElementById('app')
if (place !== null) render(<Root shell={shell} connect={connect} />, place)
