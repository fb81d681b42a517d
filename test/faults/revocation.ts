/** Scenario: people who may not listen any more, in a room where somebody talks all the time. */

import { type OpenSocket, platformSocket } from '../../src/client/platform.ts'
import { decodeFrames } from '../../src/client/wire.ts'
import type { RoomId } from '../../src/protocol/ids.ts'
import { openBystander } from './bystander.ts'
import { openJournal } from './journal.ts'
import { until, within } from './until.ts'
import { ask, openVillage, password } from './village.ts'
import { type Villager, openVillager } from './villager.ts'

export type Revoked = {
  /** What their client knows of why. */
  readonly told: string
  /** From the answer to the revocation until they were told. */
  readonly toldMs: number
  /** From then on, until the last they heard of the room; below 0: before. */
  readonly lastHeardMs: number
}

/** In this order: signed out, deactivated, removed from the room. Looked at for a second and a half. */
export async function revokeThree(): Promise<readonly Revoked[]> {
  await using opened = await openVillage()
  const { server, village } = opened
  const [speaker, listener, signedOut, deactivated, removed] = village.people
  const [room] = village.rooms
  if (!speaker || !listener || !signedOut || !deactivated || !removed || !room) throw new Error('no village')
  const session = await signIn(server.url, signedOut.handle)
  const ends: readonly (() => Promise<unknown>)[] = [
    async () => signOut(server.url, session),
    async () => ask(server, village.owner, 'deactivate', { user: deactivated.user }),
    async () => ask(server, village.owner, 'remove', { room, user: removed.user }),
  ]
  const all = [{ ...signedOut, token: session }, deactivated, removed].map((person) => {
    const ear = earOf(room)
    const who = openVillager(person, { url: server.url, rooms: [room], journal: openJournal(), socket: ear.open })
    return { ear, who }
  })
  await using bystander = await openBystander(server, { speaker, listener, room })
  await until(() => all.every(({ ear }) => ear.heardMs() !== null), { ms: 10_000, what: 'all listen' })
  await bystander.hear(3)

  const revoked = await Promise.all(
    all.map(async ({ ear, who }, index) => {
      await ends[index]?.()
      const endedMs = performance.now()
      const toldMs = await until(() => stateOf(who) !== 'online', { ms: 5_000, what: `${who.handle} is told` })
      return { told: stateOf(who), toldMs, lastHeardMs: () => (ear.heardMs() ?? 0) - endedMs }
    }),
  )
  // The talk has to go on without them, or nobody could have heard it.
  await within(bystander.hear(20), { ms: 10_000, what: 'the talk goes on' })
  for (const { who } of all) who[Symbol.dispose]()
  return revoked.map(({ lastHeardMs, ...rest }) => ({ ...rest, lastHeardMs: lastHeardMs() }))
}

function stateOf({ client, rooms }: Villager): string {
  const link = client.link()
  const { state } = rooms[0]?.timeline() ?? { state: 'loading' }
  if (link.is === 'signed_out') return link.reason
  return typeof state === 'object' ? state.refused.code : link.is
}

/** A socket that remembers when it last heard of a room. */
function earOf(room: RoomId): { readonly open: OpenSocket; readonly heardMs: () => number | null } {
  let heardMs: number | null = null
  return {
    heardMs: () => heardMs,
    open(url, subprotocol) {
      const socket = platformSocket(url, subprotocol)
      socket.addEventListener('message', ({ data }) => {
        const isOfRoom = decodeFrames(data).some(
          (frame) => ['rows', 'page', 'snapshot'].includes(frame.type) && 'room' in frame && frame.room === room,
        )
        if (isOfRoom) heardMs = performance.now()
      })
      return socket
    },
  }
}

async function signIn(url: string, handle: string): Promise<string> {
  const body = JSON.stringify({ handle, password })
  const response = await fetch(new URL('api/sign-in', url), { method: 'POST', body })
  const token = /madang_session=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1]
  if (token === undefined) throw new Error(`sign-in: ${response.status}`)
  return token
}

async function signOut(url: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const { status } = await fetch(new URL('api/sign-out', url), { method: 'POST', headers })
  if (status !== 204) throw new Error(`sign-out: ${status}`)
}
