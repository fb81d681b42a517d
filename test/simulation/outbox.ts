/** The disk of a page's outbox: it survives the page, is slow, and sometimes refuses. */

import type { OutboxEntry, OutboxStorage } from '../../src/client/api.ts'
import type { CommandId } from '../../src/protocol/ids.ts'
import type { Life } from './life.ts'
import { Injected } from './trouble.ts'
import { type Base, delayMs } from './world-base.ts'

export class OutboxDisk {
  readonly entries = new Map<CommandId, OutboxEntry>()
  /** Ids that it would not take: they last as long as their page. */
  readonly refused = new Set<CommandId>()
  readonly #base: Base

  constructor(base: Base) {
    this.#base = base
  }

  /** As one page sees it. What it writes while it dies is written or not. */
  for(page: Life): OutboxStorage {
    const { scheduler, dice, trouble } = this.#base
    let freeAtMs = 0
    const write = async (id: CommandId, change: () => void): Promise<void> =>
      await new Promise((resolve, reject) => {
        if (trouble.strikes('outbox disk fails', 0.03)) {
          this.refused.add(id)
          return reject(new Injected('the disk of the outbox is full'))
        }
        // One after the other, as transactions of one database are: order is the order of `put`.
        freeAtMs = Math.max(freeAtMs, scheduler.nowMs + delayMs(this.#base))
        scheduler.after(freeAtMs - scheduler.nowMs, () => {
          if (!page.isDead || dice.chance(0.5)) change()
          page.do(resolve)
        })
      })
    return {
      load: async () => {
        await new Promise<void>((resolve) => scheduler.after(delayMs(this.#base), () => page.do(resolve)))
        return [...this.entries.values()]
      },
      put: async (entry) =>
        await write(entry.id, () => {
          this.#base.trace(() => `disk: ${entry.id} is ${JSON.stringify(entry.command)} ${entry.failed?.code}`)
          this.entries.set(entry.id, entry)
        }),
      remove: async (id) =>
        await write(id, () => {
          this.#base.trace(() => `disk: ${id} is gone`)
          this.entries.delete(id)
        }),
    }
  }
}
