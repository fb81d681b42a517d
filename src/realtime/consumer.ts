/**
 * What the application is to the framework: a consumer for each connection, found by the path of its URL.
 *
 * A consumer gets the text messages of its connection one after the other, as they come; it answers through the
 * connection. It is the place of a Django Channels consumer, with one difference: it owns no mailbox. Live events of a
 * stream reach the connection through the hub, encoded once for all.
 */

import type { CloseReason } from '../protocol/close-codes.ts'

/** The request that opened the connection. */
export type ConnectionRequest = {
  readonly path: string
  /** Of the raw request: lower-case names. */
  readonly header: (name: string) => string | null
  readonly remoteAddress: string
}

/** What a consumer and the hub see of a connection. Implemented by connection.ts, and by fakes in the simulation. */
export type Connection = {
  /** Unique in this process. */
  readonly number: number
  /** Queues a text message; it is written, with whatever else this tick brings, when the tick ends. False: closed. */
  readonly send: (text: string) => boolean
  /** Writes frames made by `frameText`, shared between connections. The hub's way. */
  readonly sendFramed: (frames: Uint8Array) => void
  /** Bytes handed to the socket that it has not taken yet. Above `bufferedBytesMax` the connection is behind [G8]. */
  readonly isBehind: () => boolean
  /** Calls back once, when what was buffered has gone out. */
  readonly onceDrained: (listen: () => void) => void
  /** Says why, then ends. Idempotent. */
  readonly close: (reason: CloseReason, message?: string) => void
  readonly isOpen: () => boolean
}

export type Consumer = {
  /** One text message from the client. Runs to its end before the next one is given. */
  readonly receive: (text: string) => void
  /** False until the client has said who it is; connections that stay so are closed after `helloMs`. */
  readonly isReady: () => boolean
  /** The text of a heartbeat, sent every `pingMs`; any message from the client within twice that keeps it alive. */
  readonly ping: () => string
  /** The socket is gone; nothing is received after this. */
  readonly closed: (code: number) => void
}

/** Makes the consumer of a connection that was just opened. */
export type ConsumerFactory = (connection: Connection, request: ConnectionRequest) => Consumer

/** Consumers by exact path (`/ws`). */
export type Routes = { readonly [Path: string]: ConsumerFactory }
