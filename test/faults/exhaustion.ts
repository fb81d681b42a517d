/** Scenarios of a server that runs out of something: descriptors, disk, readers that read. */

import { readdirSync } from 'node:fs'
import { type Socket, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { openBystander, quantile } from './bystander.ts'
import { checkView } from './checks.ts'
import { openCrowd } from './crowd.ts'
import { flood, floodBodyBytes } from './flood.ts'
import { type SmallDisk, isAlive, stopGrowth } from './full-disk.ts'
import { readHistory } from './history.ts'
import { openJournal } from './journal.ts'
import { canReadMemory, grownMiB, residentMiB } from './memory.ts'
import { pausableSocket } from './pausable-socket.ts'
import { limitProcess } from './process-limits.ts'
import { until } from './until.ts'
import { openVillage } from './village.ts'
import { isOnline, openVillager } from './villager.ts'

/** More connections come than there are descriptors. */
export async function useUpDescriptors(): Promise<{ readonly drops: number; readonly isFull: boolean }> {
  await using opened = await openVillage()
  const { server, village } = opened
  const [speaker, listener, late] = village.people
  const [room] = village.rooms
  if (!speaker || !listener || !late || !room) throw new Error('no village')
  await using bystander = await openBystander(server, { speaker, listener, room })
  const { pid } = server
  const filesMax = 80
  limitProcess(pid, 'nofile', filesMax)
  const { hostname, port } = new URL(server.url)
  const crowd = Array.from({ length: 200 }, (): Socket => {
    const socket = connect({ host: hostname, port: Number(port) })
    return socket.on('error', () => undefined)
  })
  await bystander.hear(20)
  const isFull = !canReadMemory || readdirSync(`/proc/${pid}/fd`).length > filesMax - 5
  for (const socket of crowd) socket.destroy()
  limitProcess(pid, 'nofile', null)
  using comes = openVillager(late, { url: server.url, rooms: [room], journal: openJournal() })
  await until(() => isOnline(comes), { ms: 10_000, what: 'a new one is taken' })
  await bystander.hear(3)
  return { drops: bystander.drops(), isFull }
}

/** The disk runs full while people work, stays so for a second, and has space again. Gives whether the server lived on. */
export async function fillDisk(seed: number, disk: SmallDisk): Promise<{ readonly wasAlive: boolean }> {
  await using opened = await openVillage({ dataDir: disk.folder })
  const { server, village } = opened
  await using crowd = await openCrowd({ server, village, random: seededRandom(seed) })
  crowd.work()
  disk.fill(200_000)
  const hasNoticed = (): boolean => /commit failed|store failed/.test(server.log)
  await until(hasNoticed, { ms: 15_000, what: 'the server says that its disk is full' })
  await sleep(1_000)
  disk.free()
  const wasAlive = isAlive(server.pid)
  if (!wasAlive) await server.restart()
  await crowd.settle()
  return { wasAlive }
}

/** A file of the server cannot grow while people work; a new process can go on. Gives what the old one said. */
export async function stopFileGrowth(seed: number): Promise<{ readonly log: string }> {
  await using opened = await openVillage()
  const { server, village } = opened
  await using crowd = await openCrowd({ server, village, random: seededRandom(seed) })
  crowd.work()
  stopGrowth(server, 100_000)
  const { pid } = server
  await until(() => !isAlive(pid), { ms: 20_000, what: 'the server stops' })
  const { log } = server
  await server.restart()
  await crowd.settle()
  return { log }
}

export type Stalled = {
  readonly pouredMiB: number
  /** What a reader got of it after it began to read again, and the kernels had kept; the most of all readers. */
  readonly readMiB: number
  /** Null where memory cannot be read. */
  readonly grownMiB: number | null
  /** Of people in another room. */
  readonly p99Ms: number
  readonly drops: number
  readonly caughtUpMs: number
  /** How the views of those who read again differ from the history. */
  readonly differences: readonly string[]
}

/** Caches and the heap grow with the first of a flood, whoever reads. */
const warmUp = 2_500
const poured = 9_000

/** Five people stop to read a room that is flooded, and begin again. */
export async function stallReaders(): Promise<Stalled> {
  await using opened = await openVillage({ env: { MADANG_RATE_LIMITS: 'off' } })
  const { server, village } = opened
  const [room, elsewhere] = village.rooms
  const [speaker, listener, ...others] = village.people
  if (!room || !elsewhere || !speaker || !listener) throw new Error('no village')
  const options = { url: server.url, rooms: [room], journal: openJournal() }
  const sockets = Array.from({ length: 5 }, pausableSocket)
  const readers = sockets.map(({ open }, index) => openVillager(others[index] ?? speaker, { ...options, socket: open }))
  const pours = others.slice(5, 8).map((person) => openVillager(person, options))
  const all = [...readers, ...pours]
  const showsAll = (): boolean => all.every(({ rooms }) => rooms.every((each) => each.timeline().state === 'ready'))
  await until(showsAll, { ms: 10_000, what: 'all read' })
  await using bystander = await openBystander(server, { speaker, listener, room: elsewhere })

  await flood(pours, warmUp)
  const before = residentMiB(server.pid)
  bystander.takeLatencies()
  for (const { pause } of sockets) pause()
  const readBefore = sockets.map(({ bytesRead }) => bytesRead())
  await flood(pours, poured)
  const grown = grownMiB(server.pid, before)
  const latencies = bystander.takeLatencies()
  for (const { resume } of sockets) resume()
  const caughtUpMs = await until(
    () => readers.every(({ rooms }) => rooms[0]?.timeline().messages.at(-1)?.seq === warmUp + poured),
    { ms: 5_000, what: () => `all have caught up: ${readers.map(({ client }) => client.link().is).join()}` },
  )
  const read = sockets.map(({ bytesRead }, index) => bytesRead() - (readBefore[index] ?? 0))
  const history = await readHistory(server, village.owner.token, room)
  const differences = readers.flatMap(({ handle, rooms }) => rooms.flatMap((each) => checkView(handle, each, history)))
  for (const each of all) each[Symbol.dispose]()
  return {
    pouredMiB: (poured * floodBodyBytes) / 2 ** 20,
    readMiB: Math.max(...read) / 2 ** 20,
    grownMiB: grown,
    p99Ms: quantile(latencies, 0.99),
    drops: bystander.drops(),
    caughtUpMs,
    differences,
  }
}
