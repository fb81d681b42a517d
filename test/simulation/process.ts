/** A server process: the real gateway, hub, asker and worker over simulated lines. Killed, it comes back as a new one. */

import { announcer } from '../../src/chat/announce.ts'
import { asker } from '../../src/chat/ask.ts'
import { Gateway } from '../../src/chat/gateway.ts'
import type { Passwords } from '../../src/chat/passwords.ts'
import type { Secrets } from '../../src/chat/secrets.ts'
import { streamLog } from '../../src/chat/stream-log.ts'
import { openWorker } from '../../src/chat/worker.ts'
import type { ChannelLayer } from '../../src/layer/layer.ts'
import type { CommandQueue } from '../../src/queue/commands.ts'
import { openMemoryCommandQueue } from '../../src/queue/memory.ts'
import { openFlusher } from '../../src/realtime/flusher.ts'
import { openHub } from '../../src/realtime/hub.ts'
import { hubDefaults } from '../../src/realtime/stream-home.ts'
import { type Report, spawner } from '../../src/spawn.ts'
import { type LayerLine, layerFor } from './layer.ts'
import { Life } from './life.ts'
import type { Broker } from './queue.ts'
import { storeFor } from './store.ts'
import { openMortalWorker } from './worker.ts'
import type { Base } from './world-base.ts'

/** As app.ts has them. */
export const pingMs = 10_000
const commandsMax = 20_000

const noPasswords: Passwords = {
  hash: async () => await Promise.reject(new Error('no passwords here')),
  verify: async () => await Promise.reject(new Error('no passwords here')),
}

export type ProcessDeps = {
  readonly base: Base
  readonly broker: Broker
  readonly sharedLayer: ChannelLayer
  readonly secrets: Secrets
  readonly report: Report
  /** It could not start: the process ends, as app.ts does, and whoever watches over it starts another. */
  readonly failed: (error: unknown) => void
}

export class Process {
  readonly name: string
  readonly life = new Life()
  readonly layer: LayerLine
  readonly gateway: Gateway
  /** The links that end here. */
  readonly links = new Set<{ readonly serverDied: () => void }>()
  readonly #subscriptions: AsyncDisposable[] = []

  constructor(name: string, deps: ProcessDeps) {
    this.name = name
    const { base, broker, secrets, report } = deps
    const { life } = this
    const clock = base.scheduler.clockOf(life)
    const spawn = spawner(report)
    const store = storeFor(base, life)
    this.layer = layerFor(base, keeping(deps.sharedLayer, this.#subscriptions), life)
    const { layer } = this
    const shared = broker.viewFor(life)
    // A gateway decides by itself while the broker is down: the real queue of one process, with a worker of its own.
    const own = openMemoryCommandQueue({ commandsMax, retryAfterMs: 1_000 }, { clock, report })
    const queue: CommandQueue = {
      ...shared,
      enqueue: async (command) => await (base.outage.queue ? own : shared).enqueue(command),
    }
    openMortalWorker({ base, of: life, broker, layer, secrets, report })
    const announce = announcer({ layer, clock, report })
    openWorker(own, { store, announce, clock, secrets, newId: base.newId, report })
    const ask = asker({ queue, store, clock, report, spawn })
    const random = base.dice.random
    const flusher = openFlusher({ report })
    const hub = openHub(hubDefaults, { layer, log: streamLog(store), clock, random, spawn, report, flusher })
    const passwords = noPasswords
    const { newId } = base
    this.gateway = new Gateway(
      { store, hub, layer, ask, clock, secrets, spawn, report, passwords, newId },
      { pingMs, version: 'simulated', rateLimits: true },
    )
    void this.gateway.open().catch(deps.failed)
  }

  /** As `kill -9` does: nothing of it runs any more, and its sockets are gone. */
  kill(): void {
    this.life.end()
    for (const subscription of this.#subscriptions) void subscription[Symbol.asyncDispose]()
    for (const link of this.links) link.serverDied()
    this.links.clear()
  }
}

/** The layer, with its subscriptions noted: those of a dead process must go with it. */
function keeping(layer: ChannelLayer, subscriptions: AsyncDisposable[]): ChannelLayer {
  return {
    ...layer,
    async subscribe(group, deliver) {
      const subscription = await layer.subscribe(group, deliver)
      subscriptions.push(subscription)
      return subscription
    },
  }
}
