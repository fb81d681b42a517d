/**
 * The channel layer: carries messages between processes, in groups and named channels, fast and at most once.
 *
 * It may lose a message, never invent or repeat one. What must not be lost goes through the store, which the layer only
 * announces. Names, limits and errors are those of the Django Channels layer specification, with the strict ASCII names of
 * its documentation. Two levels: `publish` and `subscribe` (a function per process and group, no mailbox: what the hub
 * uses), and channels with capacity, expiry and a mailbox above it.
 *
 * Rules: layer.conformance.ts, with the ids of the project's list (`[channels L4]`). Adapter: memory.ts.
 */

/** Values that every adapter carries unchanged. Integers outside ±2^53 are bigint. */
export type LayerValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly LayerValue[]
  | { readonly [Key: string]: LayerValue }

/** Deeply frozen or a copy of its own: a receiver cannot change what another one gets. */
export type LayerMessage = { readonly [Key: string]: LayerValue }

/** The link to the other processes [L9]. After `up` anything may have been missed: read the log again. */
export type LinkState = 'up' | 'down'

export type Subscribe = (group: string, deliver: (message: LayerMessage) => void) => Promise<AsyncDisposable>

export type ChannelLayer = AsyncDisposable & {
  // Level 1: groups of functions.

  /** Calls `deliver` for each message sent to `group` until disposed. Messages of one sender come in its order. */
  readonly subscribe: Subscribe
  /** To all members of `group` at the time of the call, functions and channels. Never throws because a member is full. */
  readonly groupSend: (group: string, message: LayerMessage) => Promise<void>
  /** Told at once with the present state, then at each change, until disposed. */
  readonly onLink: (listen: (state: LinkState) => void) => Disposable

  // Level 2: channels with mailboxes, as in Django Channels.

  /** A new name that only this process receives on: `specific.<id>!<id>`. */
  readonly newChannel: (prefix?: string) => Promise<string>
  /** Throws ChannelFull, with nothing enqueued, when the channel is at capacity. */
  readonly send: (channel: string, message: LayerMessage) => Promise<void>
  /** The next message; each goes to one receiver. Rejects with the signal's reason when it aborts; nothing is lost by it. */
  readonly receive: (channel: string, signal?: AbortSignal) => Promise<LayerMessage>
  /** Idempotent; refreshes the membership's age. */
  readonly groupAdd: (group: string, channel: string) => Promise<void>
  readonly groupDiscard: (group: string, channel: string) => Promise<void>
  /** Forgets all messages and all channels' memberships. */
  readonly flush: () => Promise<void>
}

export type LayerOptions = {
  /** Messages a channel's mailbox holds. */
  readonly capacity: number
  /** The first pattern (a shell glob over the full name) that matches a channel sets its capacity. */
  readonly channelCapacity: readonly (readonly [pattern: string, capacity: number])[]
  /** A message not received for this long is dropped. */
  readonly expiryMs: number
  /** A membership not renewed by `groupAdd` for this long lapses. */
  readonly groupExpiryMs: number
}

export const layerDefaults: LayerOptions = {
  capacity: 100,
  channelCapacity: [],
  expiryMs: 60_000,
  groupExpiryMs: 86_400_000,
}

export class ChannelFull extends Error {
  constructor(channel: string) {
    super(`channel ${channel} is at capacity`)
    this.name = 'ChannelFull'
  }
}
