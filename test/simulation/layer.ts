/** One real memory layer that all processes share, each over a line of its own that loses, repeats and delays. */

import type { ChannelLayer, LayerMessage, LinkState } from '../../src/layer/layer.ts'
import type { Life } from './life.ts'
import { Injected } from './trouble.ts'
import { type Base, delayMs } from './world-base.ts'

export type LayerLine = ChannelLayer & {
  /** The link of this process: while it is down nothing comes or goes [L9]. */
  readonly setLink: (state: LinkState) => void
}

export function layerFor(base: Base, shared: ChannelLayer, life: Life): LayerLine {
  const { scheduler, dice, trouble } = base
  const listeners = new Set<(state: LinkState) => void>()
  let link: LinkState = 'up'

  const incoming = (deliver: (message: LayerMessage) => void, isOpen: () => boolean) => (message: LayerMessage) => {
    if (link === 'down' || trouble.strikes('announcement lost', 0.2)) return
    const times = trouble.strikes('announcement repeated', 0.1) ? 2 : 1
    for (let time = 0; time < times; time++) {
      const late = time > 0 || trouble.strikes('announcement late', 0.1)
      const ms = late ? dice.between(1, 3_000) : 0
      const arrive = (): void => life.do(() => isOpen() && deliver(message))
      scheduler.after(ms === 0 ? dice.between(0, 3) : ms, arrive)
    }
  }

  const notUsed = async (): Promise<never> => {
    throw new Error('the chat does not use the channels of the layer')
  }
  return {
    async subscribe(group, deliver) {
      await new Promise<void>((resolve) => scheduler.after(delayMs(base), () => life.do(resolve)))
      if (trouble.strikes('layer refuses', 0.1)) throw new Injected('the layer refuses')
      let isOpen = true
      const held = await shared.subscribe(
        group,
        incoming(deliver, () => isOpen),
      )
      return {
        async [Symbol.asyncDispose]() {
          isOpen = false
          await held[Symbol.asyncDispose]()
        },
      }
    },
    async groupSend(group, message) {
      if (trouble.strikes('layer refuses', 0.05)) throw new Injected('the layer refuses')
      // A line that is down swallows it, or the call hangs: the announcer's own limit goes on.
      if (link === 'down') return dice.chance(0.5) ? undefined : await new Promise<never>(() => {})
      life.do(() => void shared.groupSend(group, message))
      await Promise.resolve()
    },
    onLink(listen) {
      listeners.add(listen)
      listen(link)
      return { [Symbol.dispose]: () => void listeners.delete(listen) }
    },
    setLink(state) {
      link = state
      life.do(() => listeners.forEach((listen) => listen(state)))
    },
    newChannel: notUsed,
    send: notUsed,
    receive: notUsed,
    groupAdd: notUsed,
    groupDiscard: notUsed,
    flush: notUsed,
    async [Symbol.asyncDispose]() {},
  }
}
