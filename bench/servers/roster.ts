/** The servers that are compared, and how each is started. */

import { startChild } from '../children.ts'
import type { DialectName } from '../load/job.ts'
import { startMadang } from './madang.ts'

export type ServerName = 'madang' | 'ws-loop' | 'ws-prepared' | 'socketio'

/** How many rooms of how many members a run needs; only Madang has to know before. */
export type Crowd = { readonly rooms: number; readonly members: number }

export type RunningServer = AsyncDisposable & { readonly pid: number; readonly port: number }

export type ServerKind = {
  readonly title: string
  readonly dialect: DialectName
  readonly start: (crowd: Crowd, scratchDir: string) => Promise<RunningServer>
}

export const servers: { readonly [Name in ServerName]: ServerKind } = {
  madang: { title: 'Madang', dialect: 'madang', start: startMadang },
  'ws-loop': { title: 'ws, send(string)', dialect: 'ws', start: () => startPeer('ws-loop') },
  'ws-prepared': { title: 'ws, one shared frame', dialect: 'ws', start: () => startPeer('ws-prepared') },
  socketio: { title: 'Socket.IO', dialect: 'socketio', start: () => startPeer('socketio') },
}

const startMs = 10_000

async function startPeer(name: ServerName): Promise<RunningServer> {
  const child = startChild({ name, argv: [`bench/servers/${name}.ts`] })
  const port = await child.says(/^port (\d+)$/, startMs)
  return { pid: child.pid, port: Number(port), [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() }
}
