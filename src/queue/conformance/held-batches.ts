/** A batch handler that a test holds: each batch waits until the test finishes or fails it. */

import type { BatchHandler, QueuedCommand } from '../commands.ts'

export type HeldBatch = {
  readonly commands: readonly QueuedCommand[]
  readonly bodies: readonly string[]
  /** Answers each command with `did <body>`. */
  readonly finish: () => void
  readonly fail: (error: Error) => void
}

/** Disposing releases, so that a test that fails does not leave its queue waiting. */
export type HeldBatches = Disposable & {
  readonly handle: BatchHandler
  /** The next batch that a worker has begun; waits for it. */
  readonly next: () => Promise<HeldBatch>
  /** Finishes all that has begun, and everything from now on. */
  readonly release: () => void
}

export function heldBatches(): HeldBatches {
  const begun: HeldBatch[] = []
  const held = new Set<HeldBatch>()
  const waiting: ((batch: HeldBatch) => void)[] = []
  let isReleased = false

  function release(): void {
    isReleased = true
    for (const batch of held) batch.finish()
  }

  return {
    handle: async (commands) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>()
      const bodies = commands.map(({ body }) => body)
      const finish = (): void => resolve(bodies.map((body) => `did ${body}`))
      const batch: HeldBatch = { commands, bodies, finish, fail: reject }
      held.add(batch)
      if (isReleased) finish()
      const waiter = waiting.shift()
      if (waiter === undefined) begun.push(batch)
      else waiter(batch)
      return promise
    },
    next: async () => begun.shift() ?? new Promise((resolve) => waiting.push(resolve)),
    release,
    [Symbol.dispose]: release,
  }
}
