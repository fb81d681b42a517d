/**
 * Channels of one process: mailboxes with capacity and expiry, who waits at them, and groups of them. Level 2 of a layer,
 * without what is between processes.
 *
 * Every mailbox gets a copy of its own. Age goes by `clock.monotonicMs()`. What is too old is never delivered, and a
 * channel one of whose messages expired leaves all groups: nobody reads it. There is no timer: a channel's own calls drop
 * what is too old there, and once in a while any call goes through all channels and groups, so what is never touched again
 * is kept at most twice its time.
 */

import type { Clock } from '../clock.ts'
import { channelCapacities } from './capacity.ts'
import { ChannelFull, type LayerMessage, type LayerOptions } from './layer.ts'
import { copyMessage } from './message.ts'

export type Mailboxes = {
  /** Throws ChannelFull. */
  readonly send: (channel: string, message: LayerMessage) => void
  /** The next message; rejects with the signal's reason. A message is taken only by who gets it. */
  readonly receive: (channel: string, signal?: AbortSignal) => Promise<LayerMessage>
  readonly groupAdd: (group: string, channel: string) => void
  readonly groupDiscard: (group: string, channel: string) => void
  /** To each member; one that is full is left out and counted. */
  readonly groupSend: (group: string, message: LayerMessage) => void
  /** Forgets messages and memberships; who waits goes on waiting. */
  readonly flush: () => void
  /** Rejects all who wait. */
  readonly close: (reason: Error) => void
  readonly stats: () => MailboxStats
}

export type MailboxStats = {
  /** Channels that hold a message. */
  readonly channels: number
  readonly messages: number
  readonly groups: number
  /** Group messages that did not fit into a member's mailbox, since the start. */
  readonly droppedFull: number
}

type Letter = { readonly message: LayerMessage; readonly expiresAtMs: number }
type Waiter = { readonly resolve: (message: LayerMessage) => void; readonly reject: (reason: unknown) => void }

export function openMailboxes(options: LayerOptions, deps: { readonly clock: Clock }): Mailboxes {
  return new ProcessMailboxes(options, deps.clock)
}

class ProcessMailboxes implements Mailboxes {
  readonly #options: LayerOptions
  readonly #clock: Clock
  readonly #capacityOf: (channel: string) => number
  readonly #sweepEveryMs: number
  /** Oldest first. No empty ones. */
  readonly #letters = new Map<string, Letter[]>()
  readonly #waiters = new Map<string, Set<Waiter>>()
  /** Group, channel, and when the membership lapses. No empty ones. */
  readonly #groups = new Map<string, Map<string, number>>()
  readonly #groupsOf = new Map<string, Set<string>>()
  #sweepAtMs: number
  #droppedFull = 0

  constructor(options: LayerOptions, clock: Clock) {
    this.#options = options
    this.#clock = clock
    this.#capacityOf = channelCapacities(options)
    this.#sweepEveryMs = Math.min(options.expiryMs, options.groupExpiryMs)
    this.#sweepAtMs = clock.monotonicMs() + this.#sweepEveryMs
  }

  readonly send = (channel: string, message: LayerMessage): void => {
    if (!this.#put(channel, message, this.#now())) throw new ChannelFull(channel)
  }

  readonly receive = (channel: string, signal?: AbortSignal): Promise<LayerMessage> => {
    if (signal?.aborted) return rejected(signal)
    this.#dropExpired(channel, this.#now())
    const letters = this.#letters.get(channel)
    const letter = letters?.shift()
    if (letters?.length === 0) this.#letters.delete(channel)
    return letter === undefined ? this.#wait(channel, signal) : Promise.resolve(letter.message)
  }

  readonly groupAdd = (group: string, channel: string): void => {
    const nowMs = this.#now()
    entry(this.#groups, group, () => new Map<string, number>()).set(channel, nowMs + this.#options.groupExpiryMs)
    entry(this.#groupsOf, channel, () => new Set<string>()).add(group)
  }

  readonly groupDiscard = (group: string, channel: string): void => {
    const members = this.#groups.get(group)
    members?.delete(channel)
    if (members?.size === 0) this.#groups.delete(group)
    const groups = this.#groupsOf.get(channel)
    groups?.delete(group)
    if (groups?.size === 0) this.#groupsOf.delete(channel)
  }

  readonly groupSend = (group: string, message: LayerMessage): void => {
    const nowMs = this.#now()
    for (const [channel, lapsesAtMs] of this.#groups.get(group) ?? []) {
      if (lapsesAtMs <= nowMs) this.groupDiscard(group, channel)
      else if (this.#dropExpired(channel, nowMs)) continue
      else if (!this.#put(channel, message, nowMs)) this.#droppedFull++
    }
  }

  readonly flush = (): void => {
    this.#letters.clear()
    this.#groups.clear()
    this.#groupsOf.clear()
  }

  readonly close = (reason: Error): void => {
    this.flush()
    for (const waiters of this.#waiters.values()) for (const waiter of waiters) waiter.reject(reason)
    this.#waiters.clear()
  }

  readonly stats = (): MailboxStats => ({
    channels: this.#letters.size,
    messages: this.#letters.values().reduce((sum, letters) => sum + letters.length, 0),
    groups: this.#groups.size,
    droppedFull: this.#droppedFull,
  })

  /** To who has waited longest, or into the mailbox; false when that is full. */
  #put(channel: string, message: LayerMessage, nowMs: number): boolean {
    const copy = copyMessage(message)
    const waiter = this.#waiters.get(channel)?.values().next().value
    if (waiter !== undefined) {
      waiter.resolve(copy)
      return true
    }
    this.#dropExpired(channel, nowMs)
    const letters = this.#letters.get(channel) ?? []
    if (letters.length >= this.#capacityOf(channel)) return false
    letters.push({ message: copy, expiresAtMs: nowMs + this.#options.expiryMs })
    this.#letters.set(channel, letters)
    return true
  }

  #wait(channel: string, signal: AbortSignal | undefined): Promise<LayerMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<LayerMessage>()
    const waiters = entry(this.#waiters, channel, () => new Set<Waiter>())
    const leave = (): void => {
      signal?.removeEventListener('abort', abort)
      waiters.delete(waiter)
      if (waiters.size === 0 && this.#waiters.get(channel) === waiters) this.#waiters.delete(channel)
    }
    const waiter: Waiter = {
      // Leaving and settling are one step: a message is never given to one who has gone.
      resolve(message) {
        leave()
        resolve(message)
      },
      reject(reason) {
        leave()
        reject(reason)
      },
    }
    const abort = (): void => waiter.reject(signal?.reason)
    waiters.add(waiter)
    signal?.addEventListener('abort', abort)
    return promise
  }

  /** True if something was too old; then the channel is in no group any more. */
  #dropExpired(channel: string, nowMs: number): boolean {
    const letters = this.#letters.get(channel) ?? []
    const fresh = letters.findIndex(({ expiresAtMs }) => expiresAtMs > nowMs)
    if (letters.length === 0 || fresh === 0) return false
    if (fresh === -1) this.#letters.delete(channel)
    else letters.splice(0, fresh)
    for (const group of this.#groupsOf.get(channel) ?? []) this.groupDiscard(group, channel)
    return true
  }

  /** The time; goes through everything when that is due. */
  #now(): number {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs < this.#sweepAtMs) return nowMs
    this.#sweepAtMs = nowMs + this.#sweepEveryMs
    for (const channel of this.#letters.keys()) this.#dropExpired(channel, nowMs)
    for (const [group, members] of this.#groups) {
      for (const [channel, lapsesAtMs] of members) if (lapsesAtMs <= nowMs) this.groupDiscard(group, channel)
    }
    return nowMs
  }
}

function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

async function rejected(signal: AbortSignal): Promise<never> {
  throw signal.reason
}
