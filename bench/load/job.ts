/** What one load client process is told to do, and what it reports. Both travel as JSON. */

import type { Dialect } from './dialect.ts'
import { madangDialect } from './dialects/madang.ts'
import { socketioDialect } from './dialects/socketio.ts'
import { wsDialect } from './dialects/ws.ts'

export type DialectName = 'ws' | 'socketio' | 'madang'

export type Work =
  /** Each room has `window` members who send again as soon as all of the room have their last message. */
  | { readonly kind: 'saturated'; readonly rooms: number; readonly members: number; readonly window: number }
  /** One member of each room sends this often, whatever happens. */
  | { readonly kind: 'paced'; readonly rooms: number; readonly members: number; readonly perSecond: number }
  /** Senders who wait for durable answers, at a rate in all; one reader a room watches. */
  | { readonly kind: 'sends'; readonly rooms: number; readonly senders: number; readonly perSecond: number }
  /** The same, as fast as answers come: each sender has one frame of `perFrame` sends unanswered. */
  | { readonly kind: 'burst'; readonly rooms: number; readonly senders: number; readonly perFrame: number }
  /** Links that only stay. */
  | { readonly kind: 'idle'; readonly rooms: number; readonly members: number; readonly settleSeconds: number }
  /** Links that come, join a room that they know already, and stay. */
  | { readonly kind: 'connect'; readonly rooms: number; readonly members: number }

export type Job = {
  readonly dialect: DialectName
  readonly port: number
  /** Whose CPU and memory are read. */
  readonly serverPid: number
  readonly warmSeconds: number
  readonly seconds: number
  readonly work: Work
}

/** What was measured, by name, with the unit at the end of each name. */
export type Figures = Readonly<Record<string, number>>

export const dialects: { readonly [Name in DialectName]: Dialect } = {
  ws: wsDialect,
  socketio: socketioDialect,
  madang: madangDialect,
}

export const parseJob = (text: string): Job => JSON.parse(text)
export const parseFigures = (text: string): Figures => JSON.parse(text)

/** The names that a seeded Madang and the load client agree on. Peers take any. */
export const roomName = (room: number): string => `bench-room-${String(room).padStart(4, '0')}`
export const userName = (user: number): string => `bench-user-${String(user).padStart(5, '0')}`
export const tokenOf = (user: number): string => `bench-session-token-${String(user).padStart(5, '0')}`

/** How many in rooms of how many a job signs in; member `m` of room `r` is user `r * members + m`. */
export function crowdOf(work: Work): { readonly rooms: number; readonly members: number } {
  switch (work.kind) {
    case 'saturated':
    case 'paced':
    case 'idle':
    case 'connect':
      return { rooms: work.rooms, members: work.members }
    case 'sends':
    case 'burst':
      // The senders, dealt out over the rooms, and one reader in each.
      return { rooms: work.rooms, members: Math.ceil(work.senders / work.rooms) + 1 }
    default:
      return work satisfies never
  }
}
