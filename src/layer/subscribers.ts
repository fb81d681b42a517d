/**
 * The functions of this process that follow groups: level 1 of a layer, without what is between processes.
 *
 * Functions are called in a microtask of their own, never inside `publish` or `subscribe`, as they would be with a network
 * in between: no caller meets its own subscriber half way through its work. One function's failure is reported and the
 * others are called. Messages are handed over in the order of `publish`; what functions publish meanwhile comes after
 * that, for every function alike, in a later turn of the event loop, so that two which answer each other cannot keep the
 * sockets waiting for ever.
 */

import type { Report } from '../spawn.ts'
import type { LayerMessage } from './layer.ts'

export type Deliver = (message: LayerMessage) => void

export type Subscribers = {
  /** From now on. Disposing stops at once, also what is on its way. Twice is fine. */
  readonly subscribe: (group: string, deliver: Deliver) => Disposable
  /** To those who follow the group now. Hands over the object as it is: frozen, please. */
  readonly publish: (group: string, message: LayerMessage) => void
  readonly hasSubscribers: (group: string) => boolean
  /** Stops all. */
  readonly clear: () => void
}

type Member = { readonly deliver: Deliver; isOpen: boolean }
type Delivery = { readonly group: string; readonly members: readonly Member[]; readonly message: LayerMessage }

export function openSubscribers(deps: { readonly report: Report }): Subscribers {
  // Arrays are replaced, not changed: a delivery keeps the members of its own time without copying them.
  const groups = new Map<string, readonly Member[]>()
  let due: Delivery[] = []
  let isScheduled = false

  function deliverDue(): void {
    const deliveries = due
    due = []
    for (const delivery of deliveries) deliverOne(delivery)
    if (due.length > 0) setImmediate(deliverDue)
    else isScheduled = false
  }

  function deliverOne({ group, members, message }: Delivery): void {
    for (const member of members) {
      try {
        if (member.isOpen) member.deliver(message)
      } catch (error) {
        deps.report('layer subscriber failed', { group, error })
      }
    }
  }

  function remove(group: string, member: Member): void {
    if (!member.isOpen) return
    member.isOpen = false
    const others = (groups.get(group) ?? []).filter((other) => other !== member)
    if (others.length === 0) groups.delete(group)
    else groups.set(group, others)
  }

  return {
    subscribe(group, deliver) {
      const member: Member = { deliver, isOpen: true }
      groups.set(group, [...(groups.get(group) ?? []), member])
      return { [Symbol.dispose]: () => remove(group, member) }
    },
    publish(group, message) {
      const members = groups.get(group)
      if (members === undefined) return
      due.push({ group, members, message })
      if (isScheduled) return
      isScheduled = true
      queueMicrotask(deliverDue)
    },
    hasSubscribers: (group) => groups.has(group),
    clear() {
      for (const members of groups.values()) for (const member of members) member.isOpen = false
      groups.clear()
    },
  }
}
