/** Opens every part in the order they need each other, and closes them in reverse. The only file that names adapters. */

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Hono } from 'hono'
import { announcer } from './chat/announce.ts'
import { api } from './chat/api.ts'
import { asker } from './chat/ask.ts'
import { Gateway } from './chat/gateway.ts'
import { loadFact } from './chat/load-fact.ts'
import { openPasswords } from './chat/passwords.ts'
import { openSecrets } from './chat/secrets.ts'
import { streamLog } from './chat/stream-log.ts'
import { openWorker } from './chat/worker.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import { securityHeaders, servePages } from './http/pages.ts'
import { openHttpServer } from './http/server.ts'
import { openMemoryLayer } from './layer/memory.ts'
import { openMemoryCommandQueue } from './queue/memory.ts'
import { openFlusher } from './realtime/flusher.ts'
import { openHub } from './realtime/hub.ts'
import { allowOrigins } from './realtime/origin.ts'
import { openSocketServer, socketDefaults } from './realtime/sockets.ts'
import { hubDefaults } from './realtime/stream-home.ts'
import type { MadangError } from './madang-error.ts'
import { openServerKey } from './server-key.ts'
import { type Report, spawner } from './spawn.ts'
import { openSqliteStore } from './store/sqlite.ts'

export type Madang = AsyncDisposable & {
  /** Where it listens, with a slash at the end. */
  readonly url: string
  /** The one-time link for the first owner; null when there is one. */
  readonly setUpUrl: string | null
}

export type MadangDeps = {
  readonly report: Report
  /** The store has failed for good: stop the process, so that the next one finds out what is on disk. */
  readonly onFailed?: () => void
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  // Not node:timers/promises: an aborted sleep would make two errors with stacks, and most sleeps here are aborted.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve()
      const wake = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      signal?.addEventListener('abort', wake)
    }),
}

/** 96 random bits: opaque, and short in every frame. */
export const newId = (): string => randomBytes(12).toString('base64url')

/** The paths that the web client's router knows. */
const pages = ['/', '/room/:room', '/set-up', '/sign-in', '/sign-up', '/invite', '/reset']

const commandsMax = 20_000
const pingMs = 10_000
/** Clients come back within this time of a stop, not all at once. */
const drainJitterMs = 2_000

/** Serves the embedded profile: SQLite, the memory layer and the memory queue, gateway and worker in one process. */
export async function openMadang(config: Config, { report, onFailed }: MadangDeps): Promise<Madang> {
  await using stack = new AsyncDisposableStack()
  const clock = systemClock
  const spawn = spawner(report)
  const random = Math.random

  const storeFailed = (error: MadangError): void => {
    report('store failed', { error })
    onFailed?.()
  }
  const store = stack.use(await openSqliteStore({ path: config.dataDir }, { onFailed: storeFailed }))
  const secrets = openSecrets(await openServerKey(config.dataDir))
  const layer = stack.use(openMemoryLayer({}, { clock, report }))
  const queue = stack.use(openMemoryCommandQueue({ commandsMax, retryAfterMs: 1_000 }, { clock, report }))
  const announce = announcer({ layer, clock, report })
  stack.use(openWorker(queue, { store, announce, clock, secrets, newId, report, isAlone: true }))
  const ask = stack.use(asker({ queue, store, clock, report, spawn }))

  const passwords = openPasswords()
  const flusher = openFlusher({ report })
  const hub = stack.use(openHub(hubDefaults, { layer, log: streamLog(store), clock, random, spawn, report, flusher }))
  const options = { pingMs, version: packageVersion(), rateLimits: config.rateLimits }
  const gateway = stack.use(
    new Gateway({ store, hub, layer, ask, clock, secrets, spawn, report, passwords, newId }, options),
  )
  await gateway.open()

  const isOriginAllowed = allowOrigins(config.origins)
  const app = new Hono()
  app.use(securityHeaders)
  app.get('/healthz', (context) => context.text('ok'))
  app.route('/api', api({ store, passwords, newId, ask, clock, secrets, isOriginAllowed }, options))
  servePages(app, join(import.meta.dirname, '../dist/web'), pages)

  const http = openHttpServer(app)
  const sockets = openSocketServer(
    http.server,
    { '/ws': gateway.consumer },
    { ...socketDefaults, isOriginAllowed, pingMs },
    { clock, report, spawn, random, flusher },
  )
  const listening = stack.use(await http.listen(config))
  stack.use(sockets)
  stack.defer(() => gateway.drain(0, drainJitterMs))

  const { userCount } = await loadFact(store, { need: 'server' })
  const setUpUrl = userCount > 0 ? null : `${listening.url}set-up#${secrets.secretOf('setup', 'owner')}`
  return Object.assign(stack.move(), { url: listening.url, setUpUrl })
}

function packageVersion(): string {
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')
  const { version }: { version: string } = JSON.parse(text)
  return version
}
