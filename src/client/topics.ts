/** Who wants to hear that something changed, told once a turn for each topic however often it changed. */

export type Topics<Topic extends string> = {
  readonly changed: (topic: Topic) => void
  readonly on: (topic: Topic, listen: () => void) => Disposable
}

export function openTopics<Topic extends string>(): Topics<Topic> {
  const listeners = new Map<Topic, Set<() => void>>()
  const dirty = new Set<Topic>()

  const tell = (): void => {
    const topics = [...dirty]
    dirty.clear()
    for (const topic of topics) for (const listen of listeners.get(topic) ?? []) call(listen)
  }

  return {
    changed(topic) {
      if (dirty.size === 0) queueMicrotask(tell)
      dirty.add(topic)
    },
    on(topic, listen) {
      const mine = (): void => listen()
      const all = listeners.get(topic) ?? new Set()
      listeners.set(topic, all.add(mine))
      return { [Symbol.dispose]: () => void all.delete(mine) }
    },
  }
}

/** A listener that throws is reported by the platform and spoils neither the others nor the socket's handler. */
function call(listen: () => void): void {
  try {
    listen()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
