/** What the conformance suite needs of an adapter, and how its tests ask. */

import { expect } from 'vitest'
import type { Answer, CommandQueue, Enqueued } from '../commands.ts'

export type QueueUnderTest = AsyncDisposable & {
  readonly queue: CommandQueue
  readonly durability: 'memory' | 'broker' | 'fsync'
  /** The queue's wall clock, which the test moves. */
  readonly nowMs: () => number
  readonly advance: (ms: number) => Promise<void>
  /** The events that were reported so far. */
  readonly reported: () => readonly string[]
}

export type OpenQueue = (options: {
  readonly commandsMax: number
  readonly retryAfterMs: number
}) => Promise<QueueUnderTest>

/** Lets everything that is able to run do so. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Matches an answer that says that nobody knows. */
export const lost = { is: 'lost', reason: expect.any(String) as unknown }

/** Enqueues with the time to live. */
export function put(bench: QueueUnderTest, key: string, body: string, ttlMs = 10_000): Promise<Enqueued> {
  return bench.queue.enqueue({ key, body, expiresAtMs: bench.nowMs() + ttlMs })
}

/** Enqueues and waits for the answer. */
export async function ask(bench: QueueUnderTest, key: string, body: string, ttlMs = 10_000): Promise<Answer> {
  const enqueued = await put(bench, key, body, ttlMs)
  if (enqueued.is === 'refused') throw new Error(`${body} was refused`)
  return enqueued.answer
}

/** Waits until so many commands are in the queue: `ask` says nothing before the answer. */
export async function accepted(bench: QueueUnderTest, depth: number): Promise<void> {
  while (bench.queue.depth() < depth) await turn()
}
