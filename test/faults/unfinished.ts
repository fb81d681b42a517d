/** Scenario: peers that begin something at the door of a server and do not finish it. */

import { setTimeout as sleep } from 'node:timers/promises'
import { openRaw, openUpgraded } from '../input/raw.ts'
import { openBystander } from './bystander.ts'
import { until } from './until.ts'
import { openVillage } from './village.ts'

export type Unfinished = {
  /** When the server ended each, in milliseconds. */
  readonly silentHeadersMs: number
  readonly dribbledHeadersMs: number
  readonly noHelloMs: number
  readonly noHelloCode: number
  readonly drops: number
}

/** Headers that stop, headers that come a line at a time, and a WebSocket on which nobody says hello. */
export async function leaveUnfinished(boundMs: number): Promise<Unfinished> {
  await using opened = await openVillage()
  const { server, village } = opened
  const [speaker, listener] = village.people
  const [room] = village.rooms
  if (!speaker || !listener || !room) throw new Error('no village')
  await using bystander = await openBystander(server, { speaker, listener, room })
  using silent = await openRaw(server.url)
  using dribbled = await openRaw(server.url)
  using mute = await openUpgraded(server.url)
  silent.write('GET /ws HTTP/1.1\r\nHost: x')
  dribbled.write('GET /ws HTTP/1.1\r\n')
  const stopped = new AbortController()
  const { signal } = stopped
  const dribbling = (async () => {
    while (!signal.aborted) {
      dribbled.write('x: y\r\n')
      await sleep(500, null, { signal }).catch(() => undefined)
    }
  })()
  const [silentHeadersMs, dribbledHeadersMs, noHelloMs] = await Promise.all(
    [silent, dribbled, mute].map(async ({ socket }) =>
      until(() => socket.closed, { ms: boundMs, what: 'the server ends what is not finished' }),
    ),
  )
  stopped.abort()
  await dribbling
  await bystander.hear(2)
  return {
    silentHeadersMs: silentHeadersMs ?? 0,
    dribbledHeadersMs: dribbledHeadersMs ?? 0,
    noHelloMs: noHelloMs ?? 0,
    noHelloCode: await mute.closeCode(),
    drops: bystander.drops(),
  }
}
