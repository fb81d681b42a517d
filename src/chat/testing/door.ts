/** The HTTP door with the real queue and worker behind it, asked without a socket. */

import { openMemoryCommandQueue } from '../../queue/memory.ts'
import { allowOrigins } from '../../realtime/origin.ts'
import { spawner } from '../../spawn.ts'
import { api } from '../api.ts'
import { asker } from '../ask.ts'
import type { Passwords } from '../passwords.ts'
import { batchHandler } from '../worker.ts'
import { openWorld } from './world.ts'

export const ourOrigin = 'http://chat.test'

/** Passwords that cost nothing. */
const passwords: Passwords = {
  hash: async (password) => `hash of ${password}`,
  verify: async (password, hash) => hash === `hash of ${password}`,
}

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly body: Readonly<Record<string, unknown>>
  /** The session token of its cookie; null: none was set. */
  readonly cookie: string | null
}

type Request = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> }

export async function openDoor({ rateLimits = false, commandsMax = 1_000 } = {}) {
  const world = await openWorld()
  const { clock, store, secrets, newId } = world
  const report = (event: string): void => void world.reports.push(event)
  const queue = openMemoryCommandQueue({ commandsMax, retryAfterMs: 1_500 }, { clock, report })
  queue.work({ batchMax: 256 }, batchHandler({ ...world, announce: async () => {}, report }))
  const ask = asker({ queue, store, clock, report, spawn: spawner(report) })
  const isOriginAllowed = allowOrigins([])
  const app = api({ store, passwords, newId, ask, clock, secrets, isOriginAllowed }, { rateLimits })

  async function request(path: string, init: Request = {}): Promise<Answer> {
    const headers = { host: 'chat.test', ...init.headers }
    const response = await app.request(`${ourOrigin}${path}`, { ...init, headers })
    const text = await response.text()
    const cookie = /madang_session=([^;]*)/.exec(response.headers.get('set-cookie') ?? '')?.[1] ?? null
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- answers are objects, or nothing
    const body = text === '' ? {} : (JSON.parse(text) as Answer['body'])
    return { status: response.status, headers: response.headers, body, cookie }
  }

  const post = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    request(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers })

  return { world, request, post }
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
export const browser = (token: string) => ({ cookie: `madang_session=${token}`, origin: ourOrigin })
