/** One fact from the store, typed by its need. */

import assert from 'node:assert/strict'
import type { FactOf, Need, Store } from '../store/store.ts'

export async function loadFact<N extends Need>(store: Store, need: N): Promise<FactOf[N['need']]> {
  const [fact] = await store.load([need])
  assert(fact !== undefined, 'the store answers each need')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the store answers a need with its own kind of fact
  return fact as FactOf[N['need']]
}
