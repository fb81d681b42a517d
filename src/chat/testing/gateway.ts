/** A gateway with the real hub, layer, queue and worker around it, and clients that record what they are given. */

import { openMemoryLayer } from '../../layer/memory.ts'
import { type CloseReason, closeCodes } from '../../protocol/close-codes.ts'
import { decodeServerMessage } from '../../protocol/codec.ts'
import type { ServerFrame } from '../../protocol/frames.ts'
import { openMemoryCommandQueue } from '../../queue/memory.ts'
import type { Connection } from '../../realtime/consumer.ts'
import { openFlusher } from '../../realtime/flusher.ts'
import { openHub } from '../../realtime/hub.ts'
import { hubDefaults } from '../../realtime/stream-home.ts'
import { spawner } from '../../spawn.ts'
import { seededRandom } from '../../testing/seeded-random.ts'
import type { Person } from '../actor.ts'
import { announcer } from '../announce.ts'
import { asker } from '../ask.ts'
import { Gateway, type GatewayDeps } from '../gateway.ts'
import { streamLog } from '../stream-log.ts'
import { batchHandler } from '../worker.ts'
import { openWorld, tokenOf } from './world.ts'

export type Client = {
  /** Everything it was sent, in order. */
  readonly frames: readonly ServerFrame[]
  readonly of: <T extends ServerFrame['type']>(type: T) => readonly Extract<ServerFrame, { type: T }>[]
  /** Sends frames in one message, and lets all of it happen. */
  readonly say: (...frames: readonly object[]) => Promise<void>
  readonly tell: (text: string) => Promise<void>
  readonly closed: () => CloseReason | null
  readonly forget: () => void
  readonly stall: () => void
  readonly drain: () => void
  readonly leave: () => Promise<void>
  /** The heartbeat that it would be sent now. */
  readonly heartbeat: () => ServerFrame | undefined
}

export async function openTestGateway({ rateLimits = false } = {}) {
  const world = await openWorld()
  const { clock, store, secrets, newId } = world
  const report = (event: string): void => void world.reports.push(event)
  const spawn = spawner(report)
  const layer = openMemoryLayer({}, { clock, report })
  /** Announcements to these groups are lost. */
  const lost = new Set<string>()
  const lossy = {
    ...layer,
    groupSend: async (...[group, message]: Parameters<typeof layer.groupSend>) => {
      if (!lost.has(group)) await layer.groupSend(group, message)
    },
  }
  const queue = openMemoryCommandQueue({ commandsMax: 1_000, retryAfterMs: 500 }, { clock, report })
  const announce = announcer({ layer: lossy, clock, report })
  queue.work({ batchMax: 256 }, batchHandler({ ...world, announce, report }))
  const ask = asker({ queue, store, clock, report, spawn })
  const flusher = openFlusher({ report })
  const log = streamLog(store)
  const hub = openHub(hubDefaults, { layer, log, clock, random: seededRandom(1), spawn, report, flusher })
  const passwords: GatewayDeps['passwords'] = {
    hash: async (password) => `hash of ${password}`,
    verify: async (password, hash) => hash === `hash of ${password}`,
  }
  const deps: GatewayDeps = { store, hub, layer, ask, clock, secrets, spawn, report, passwords, newId }
  const gateway = new Gateway(deps, { pingMs: 10_000, version: 'test', rateLimits })
  await gateway.open()

  /** Time in small steps, with all that happens at each. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      await clock.advance(Math.min(250, left))
      await settle()
    }
  }

  let connections = 0
  function connect(headers: Readonly<Record<string, string>> = {}): Client {
    const sent: ServerFrame[] = []
    let closed: CloseReason | null = null
    let isOpen = true
    let isBehind = false
    let drained: (() => void)[] = []
    const take = (text: string): boolean => {
      if (isOpen) sent.push(...decodeServerMessage(text))
      return isOpen
    }
    const connection: Connection = {
      number: ++connections,
      send: take,
      sendFramed: (frames) => textsOf(frames).forEach(take),
      isBehind: () => isBehind,
      onceDrained: (listen) => void drained.push(listen),
      close(reason) {
        if (!isOpen) return
        isOpen = false
        closed = reason
        setImmediate(() => consumer.closed(closeCodes[reason]))
      },
      isOpen: () => isOpen,
    }
    const header = (name: string): string | null => headers[name] ?? null
    const consumer = gateway.consumer(connection, { path: '/ws', header, remoteAddress: '' })
    const tell = async (text: string): Promise<void> => {
      consumer.receive(text)
      await settle()
    }
    return {
      frames: sent,
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- chosen by its type
      of: (type) => sent.filter((frame) => frame.type === type) as never,
      say: (...frames) => tell(frames.map((frame) => JSON.stringify(frame)).join('\n')),
      tell,
      closed: () => closed,
      heartbeat: () => decodeServerMessage(consumer.ping())[0],
      forget: () => void sent.splice(0),
      stall: () => void (isBehind = true),
      drain() {
        isBehind = false
        for (const listen of drained.splice(0)) listen()
        drained = []
      },
      async leave() {
        isOpen = false
        consumer.closed(1001)
        await settle()
      },
    }
  }

  /** A client that has been welcomed. */
  async function enter(person: Person, token = tokenOf(person)): Promise<Client> {
    const client = connect()
    await client.say({ type: 'hello', token })
    return client
  }

  /** Has something done elsewhere, and announced to this process. */
  async function elsewhere(...args: Parameters<typeof world.act>): Promise<void> {
    world.announced.length = 0
    const answered = await world.act(...args)
    if (answered.ok === undefined) throw new Error(`refused: ${answered.code}`)
    await announce(world.announced.splice(0))
    await settle()
  }

  return { world, clock, store, layer, lost, hub, gateway, connect, enter, elsewhere, settle, pass }
}

/** Lets everything that is able to run do so, ends of ticks included. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** The texts of WebSocket frames of less than 64 KiB. */
function textsOf(frames: Uint8Array): string[] {
  const bytes = Buffer.from(frames)
  const texts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const short = bytes.readUInt8(at + 1)
    const start = at + (short === 126 ? 4 : 2)
    const end = start + (short === 126 ? bytes.readUInt16BE(at + 2) : short)
    texts.push(bytes.toString('utf8', start, end))
    at = end
  }
  return texts
}
