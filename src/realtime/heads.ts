/** Reads heads of streams together: ten thousand clients that come back at once cost a few round trips, not ten thousand. */

import type { Spawn } from '../spawn.ts'
import type { StreamLog } from './hub.ts'

export type Heads = {
  /** The head of a stream; null: none. Read with all others that were asked for in this tick. */
  readonly read: (stream: string) => Promise<number | null>
  /** Calls back for each stream, a bounded call of the log at a time. Rejects when the log does. */
  readonly readAll: (streams: readonly string[], tell: (stream: string, head: number | null) => void) => Promise<void>
}

type Asked = {
  readonly stream: string
  readonly resolve: (head: number | null) => void
  readonly reject: (error: unknown) => void
}

export function openHeads(
  log: Pick<StreamLog, 'heads'>,
  deps: { readonly spawn: Spawn },
  { streamsPerCallMax }: { readonly streamsPerCallMax: number },
): Heads {
  let asked: Asked[] = []

  async function answer(some: readonly Asked[]): Promise<void> {
    try {
      const heads = await log.heads(some.map(({ stream }) => stream))
      for (const [index, { resolve }] of some.entries()) resolve(heads[index] ?? null)
    } catch (error) {
      for (const { reject } of some) reject(error)
    }
  }

  function answerAll(): void {
    const now = asked
    asked = []
    for (let start = 0; start < now.length; start += streamsPerCallMax) {
      deps.spawn('read heads', () => answer(now.slice(start, start + streamsPerCallMax)))
    }
  }

  return {
    read: (stream) =>
      new Promise((resolve, reject) => {
        if (asked.length === 0) setImmediate(answerAll)
        asked.push({ stream, resolve, reject })
      }),
    async readAll(streams, tell) {
      for (let start = 0; start < streams.length; start += streamsPerCallMax) {
        const some = streams.slice(start, start + streamsPerCallMax)
        const heads = await log.heads(some)
        for (const [index, stream] of some.entries()) tell(stream, heads[index] ?? null)
      }
    },
  }
}
