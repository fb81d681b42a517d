/** The real worker, which dies or stands still between any two of its steps; dead ones are replaced. */

import { announcer } from '../../src/chat/announce.ts'
import type { Secrets } from '../../src/chat/secrets.ts'
import { batchHandler } from '../../src/chat/worker.ts'
import type { ChannelLayer } from '../../src/layer/layer.ts'
import type { Report } from '../../src/spawn.ts'
import { Life } from './life.ts'
import type { Broker } from './queue.ts'
import { storeFor } from './store.ts'
import type { Base } from './world-base.ts'

export type WorkerDeps = {
  readonly base: Base
  /** Of its process. */
  readonly of: Life
  readonly broker: Broker
  readonly layer: ChannelLayer
  readonly secrets: Secrets
  readonly report: Report
}

const batchMax = 256

export function openMortalWorker(deps: WorkerDeps): void {
  const { base, of, report, secrets } = deps
  const { scheduler, trouble, dice } = base
  const life = new Life(of)
  const clock = scheduler.clockOf(life)

  const step = (at: string): void => {
    if (!life.isRunning) return
    if (trouble.strikes('worker dies', 0.015)) {
      base.trace(() => `worker dies ${at}`)
      life.end()
      scheduler.after(dice.between(50, 1_500), () => of.do(() => openMortalWorker(deps)))
    } else if (trouble.strikes('worker pauses', 0.015)) {
      base.trace(() => `worker pauses ${at}`)
      life.pause()
      scheduler.after(dice.between(100, 9_000), () => life.resume())
    }
  }

  const announce = announcer({ layer: deps.layer, clock, report })
  const worker = {
    store: storeFor(base, life, step),
    announce: async (changes: Parameters<typeof announce>[0]) => {
      await stepped('before announcing')
      await announce(changes)
      await stepped('before answering')
    },
    clock,
    secrets,
    newId: base.newId,
    report,
  }
  const stepped = async (at: string): Promise<void> => {
    step(at)
    if (!life.isRunning) await new Promise<void>((resolve) => life.do(resolve))
  }
  const handle = batchHandler(worker)
  deps.broker.work(life, batchMax, async (batch) => {
    await stepped('before it begins')
    return await handle(batch)
  })
}
