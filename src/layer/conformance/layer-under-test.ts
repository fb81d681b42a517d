/** What the conformance suite needs of an adapter, and how its tests listen. */

import type { Report } from '../../spawn.ts'
import type { ChannelLayer, LayerMessage, LayerOptions } from '../layer.ts'

export type LayerUnderTest = AsyncDisposable & {
  readonly layer: ChannelLayer
  /** The same groups and channels from another process; the same layer where there is but one process. */
  readonly elsewhere: ChannelLayer
  /** null: the adapter has no link that could break. */
  readonly link: { readonly cut: () => Promise<void>; readonly mend: () => Promise<void> } | null
}

export type OpenLayer = (options: Partial<LayerOptions>, report: Report) => Promise<LayerUnderTest>

export type Following = AsyncDisposable & {
  /** All that came, once there are `count` of them. */
  readonly until: (count: number) => Promise<readonly LayerMessage[]>
  readonly received: readonly LayerMessage[]
}

/** Subscribes a function that keeps what it gets. */
export async function follow(
  layer: ChannelLayer,
  group: string,
  alsoDo: (message: LayerMessage) => void = () => {},
): Promise<Following> {
  const received: LayerMessage[] = []
  const waiting = new Set<{ readonly count: number; readonly go: () => void }>()
  const subscription = await layer.subscribe(group, (message) => {
    received.push(message)
    for (const waiter of waiting) if (received.length >= waiter.count) waiter.go()
    alsoDo(message)
  })
  return {
    received,
    async until(count) {
      if (received.length < count) await new Promise<void>((go) => waiting.add({ count, go }))
      return received
    },
    [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose](),
  }
}

/** Values of each kind that a layer carries unchanged. */
export const allValues: LayerMessage = {
  type: 'all.values',
  text: '한글 👋 \u0000 "\\',
  empty: '',
  bytes: new Uint8Array([0, 1, 127, 128, 255]),
  noBytes: new Uint8Array(),
  integers: [
    0,
    1,
    -1,
    127,
    128,
    -129,
    65_536,
    2 ** 31,
    -(2 ** 31) - 1,
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ],
  big: [2n ** 63n - 1n, -(2n ** 63n)],
  doubles: [0.1, -1.5, 1e300, Number.MIN_VALUE],
  yes: true,
  no: false,
  nothing: null,
  nested: { list: [[], {}, [{ deep: ['x', null] }]], '키 with spaces.!': 1 },
}
