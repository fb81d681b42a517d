/**
 * The channel layer of one process: every layer is an island, and its link is always up.
 *
 * `groupSend` to functions copies nothing when it is given a frozen message: a frozen top is the sender's promise that all
 * of it is (`freezeMessage` keeps that promise), and every function gets that very object. Anything else is copied and
 * frozen once for all functions. Mailboxes always get copies of their own.
 *
 * A function is called after `groupSend` has returned, in a microtask (subscribers.ts); one that throws is reported, and
 * its neighbours are called.
 */

import type { Clock } from '../clock.ts'
import { MadangError } from '../madang-error.ts'
import type { Report } from '../spawn.ts'
import { layerDefaults, type ChannelLayer, type LayerOptions } from './layer.ts'
import { openMailboxes, type MailboxStats } from './mailboxes.ts'
import { checkMessage, freezeMessage } from './message.ts'
import { checkChannelName, checkGroupName } from './names.ts'
import { openSubscribers } from './subscribers.ts'

export type MemoryLayer = ChannelLayer & { readonly stats: () => MailboxStats }

/**
 * A layer for this process alone. After disposing, nothing is delivered, who waits in `receive` is rejected, and calls
 * reject with MadangError `closed`.
 */
export function openMemoryLayer(
  options: Partial<LayerOptions>,
  deps: { readonly clock: Clock; readonly report: Report },
): MemoryLayer {
  const mailboxes = openMailboxes({ ...layerDefaults, ...options }, deps)
  const subscribers = openSubscribers(deps)
  let channelsMade = 0
  let isClosed = false

  function checkOpen(): void {
    if (isClosed) throw closed()
  }

  return {
    async subscribe(group, deliver) {
      checkOpen()
      checkGroupName(group)
      const subscription = subscribers.subscribe(group, deliver)
      return { [Symbol.asyncDispose]: async () => subscription[Symbol.dispose]() }
    },
    async groupSend(group, message) {
      checkOpen()
      checkGroupName(group)
      checkMessage(message)
      if (subscribers.hasSubscribers(group)) {
        subscribers.publish(group, Object.isFrozen(message) ? message : freezeMessage(message))
      }
      mailboxes.groupSend(group, message)
    },
    onLink(listen) {
      listen('up')
      return { [Symbol.dispose]: () => {} }
    },
    async newChannel(prefix = 'specific') {
      checkOpen()
      // A count and not chance: unique in this layer, and nobody else can send here.
      const channel = `${prefix}.memory!${++channelsMade}`
      checkChannelName(channel)
      return channel
    },
    async send(channel, message) {
      checkOpen()
      checkChannelName(channel)
      mailboxes.send(channel, message)
    },
    async receive(channel, signal) {
      checkOpen()
      checkChannelName(channel)
      return mailboxes.receive(channel, signal)
    },
    async groupAdd(group, channel) {
      checkOpen()
      checkGroupName(group)
      checkChannelName(channel)
      mailboxes.groupAdd(group, channel)
    },
    async groupDiscard(group, channel) {
      checkOpen()
      checkGroupName(group)
      checkChannelName(channel)
      mailboxes.groupDiscard(group, channel)
    },
    async flush() {
      checkOpen()
      mailboxes.flush()
    },
    stats: mailboxes.stats,
    async [Symbol.asyncDispose]() {
      isClosed = true
      subscribers.clear()
      mailboxes.close(closed())
    },
  }
}

function closed(): MadangError {
  return new MadangError('closed', 'the channel layer is closed', { retryable: false })
}
