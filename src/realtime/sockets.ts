/**
 * The WebSocket side of an HTTP server: upgrades, caps, heartbeats and the end of all connections.
 *
 * One sweep serves all connections: it pings a part of them each time, ends the silent, and closes those that do not say
 * who they are. Deadlines are counted in sweeps, not read from a clock: after the process was stopped for a minute (a frozen
 * container, a laptop's lid) one sweep has passed, and nobody is dropped for a silence that was ours.
 *
 * A request that does not finish its headers is ended by the HTTP server (`headersTimeout`).
 */

import type { IncomingMessage, Server } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

import { type Server as WebSocketServerOf, WebSocketServer } from 'ws'

import type { Clock } from '../clock.ts'
import { limits, subprotocol } from '../protocol/limits.ts'
import type { Random } from '../random.ts'
import type { Report, Spawn } from '../spawn.ts'
import { type ConnectionHome, OwnedSocket, SocketConnection } from './connection.ts'
import type { ConsumerFactory, Routes } from './consumer.ts'
import type { Flusher } from './flusher.ts'
import { type HandshakeRules, checkHandshake, connectionRequest, endRefused } from './handshake.ts'
import { type OriginCheck, allowOrigins } from './origin.ts'

export type SocketOptions = {
  /** Which pages may connect: `allowOrigins([…])`. */
  readonly isOriginAllowed: OriginCheck
  /** The peer's address, for the cap and the consumer; behind a proxy, from the header that it sets. */
  readonly addressOf: (request: IncomingMessage) => string
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  /** Every connection is pinged this often, and ended when nothing came for twice as long. */
  readonly pingMs: number
  /** A connection whose consumer is not ready by then is closed. */
  readonly helloMs: number
  /** A peer has so long to finish a close. */
  readonly closeMs: number
  /** Above this a connection is behind [G8]. */
  readonly bufferedBytesMax: number
  /** Above this a connection that is sent one more reply is closed. */
  readonly repliesBytesMax: number
}

export const socketDefaults: SocketOptions = {
  isOriginAllowed: allowOrigins([]),
  addressOf: (request) => request.socket.remoteAddress ?? '',
  connectionsMax: 20_000,
  connectionsPerAddressMax: 20_000,
  pingMs: 15_000,
  helloMs: 5_000,
  closeMs: 3_000,
  bufferedBytesMax: 256 * 1024,
  repliesBytesMax: 1024 * 1024,
}

export type SocketStats = { readonly connections: number; readonly opened: number; readonly refused: number }

export type SocketServer = AsyncDisposable & { readonly stats: () => SocketStats }

type Deps = {
  readonly clock: Clock
  readonly report: Report
  readonly spawn: Spawn
  readonly random: Random
  readonly flusher: Flusher
}

/** At least eight sweeps a ping interval spread the pings; at least one a second keeps the deadlines. */
const sweepsPerPing = 8
const sweepMsMax = 1_000

/**
 * Serves the routes on the upgrades of `http`, which the caller opens and closes. Disposing refuses new connections, closes
 * the present ones as draining, and ends what is still open after `closeMs`.
 */
export function openSocketServer(http: Server, routes: Routes, options: SocketOptions, deps: Deps): SocketServer {
  const sockets = new Sockets(routes, options, deps)
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => sockets.upgrade(request, socket, head)
  http.on('upgrade', onUpgrade)
  deps.spawn('sweep connections', () => sockets.sweepUntilClosed())
  return {
    stats: () => sockets.stats(),
    async [Symbol.asyncDispose]() {
      await sockets.close()
      // Kept until here: Node answers an upgrade that nobody listens to as a plain request.
      http.off('upgrade', onUpgrade)
    },
  }
}

class Sockets {
  readonly #options: SocketOptions
  readonly #deps: Deps
  readonly #rules: HandshakeRules
  readonly #home: ConnectionHome
  readonly #server: WebSocketServerOf<typeof OwnedSocket>
  readonly #connections = new Map<SocketConnection, string>()
  readonly #perAddress = new Map<string, number>()
  readonly #closing = new AbortController()
  readonly #sweepMs: number
  readonly #turns: number
  #firstTurn: number
  #sweep = 0
  #opened = 0
  #refused = 0
  readonly #allLeft = Promise.withResolvers<void>()

  constructor(routes: Routes, options: SocketOptions, deps: Deps) {
    this.#options = options
    this.#deps = deps
    this.#sweepMs = Math.min(sweepMsMax, options.pingMs / sweepsPerPing)
    this.#turns = Math.max(1, Math.round(options.pingMs / this.#sweepMs))
    // Processes that were started together do not ping together.
    this.#firstTurn = Math.floor(deps.random() * this.#turns)
    this.#rules = {
      routes,
      isOriginAllowed: options.isOriginAllowed,
      connectionsMax: options.connectionsMax,
      connectionsPerAddressMax: options.connectionsPerAddressMax,
      isClosing: () => this.#closing.signal.aborted,
      connections: () => this.#connections.size,
      connectionsOf: (address) => this.#perAddress.get(address) ?? 0,
    }
    this.#home = {
      bufferedBytesMax: options.bufferedBytesMax,
      repliesBytesMax: options.repliesBytesMax,
      closeSweeps: Math.ceil(options.closeMs / this.#sweepMs),
      silentSweeps: 2 * this.#turns,
      helloSweeps: Math.ceil(options.helloMs / this.#sweepMs),
      flusher: deps.flusher,
      report: deps.report,
      sweep: () => this.#sweep,
      left: (connection) => this.#leave(connection),
    }
    this.#server = openWebSocketServer(options)
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // From here on nobody else listens, and an error without a listener ends the process.
    socket.on('error', onRawError)
    try {
      const asked = connectionRequest(request, this.#options.addressOf(request))
      const checked = checkHandshake(this.#rules, asked, request.httpVersion)
      if (typeof checked !== 'function') {
        this.#refused++
        endRefused(socket, checked)
        return
      }
      this.#server.handleUpgrade(request, socket, head, (ws) => {
        if (socket instanceof Socket) this.#join(ws, socket, checked, asked)
        else ws.terminate()
      })
    } catch (error) {
      this.#deps.report('upgrade failed', { error })
      socket.destroy()
    }
  }

  async sweepUntilClosed(): Promise<void> {
    const { signal } = this.#closing
    // On until the last one has left, which is after the closing has begun.
    while (!signal.aborted || this.#connections.size > 0) {
      await (signal.aborted ? this.#deps.clock.sleep(this.#sweepMs) : this.#deps.clock.sleep(this.#sweepMs, signal))
      this.#sweepAll()
    }
  }

  stats(): SocketStats {
    return { connections: this.#connections.size, opened: this.#opened, refused: this.#refused }
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const connection of this.#connections.keys()) connection.close('draining')
    // The sweep goes on and ends those that do not finish their close.
    if (this.#connections.size > 0) await this.#allLeft.promise
    this.#server.close()
  }

  #join(
    ws: OwnedSocket,
    socket: Socket,
    makeConsumer: ConsumerFactory,
    asked: ReturnType<typeof connectionRequest>,
  ): void {
    socket.setNoDelay(true)
    const connection = new SocketConnection(++this.#opened, this.#home, ws, socket)
    const address = asked.remoteAddress
    this.#connections.set(connection, address)
    this.#perAddress.set(address, (this.#perAddress.get(address) ?? 0) + 1)
    connection.attach(makeConsumer, asked)
  }

  #leave(connection: SocketConnection): void {
    const address = this.#connections.get(connection)
    if (address === undefined) return
    this.#connections.delete(connection)
    const rest = (this.#perAddress.get(address) ?? 1) - 1
    if (rest === 0) this.#perAddress.delete(address)
    else this.#perAddress.set(address, rest)
    // No new ones come once it is closing.
    if (this.#connections.size === 0 && this.#closing.signal.aborted) this.#allLeft.resolve()
  }

  #sweepAll(): void {
    this.#sweep++
    const turn = (this.#sweep + this.#firstTurn) % this.#turns
    for (const connection of this.#connections.keys()) {
      try {
        connection.sweep({ pings: connection.number % this.#turns === turn })
      } catch (error) {
        this.#deps.report('sweep failed', { connection: connection.number, error })
        connection.close('server_error')
      }
    }
  }
}

function openWebSocketServer(options: SocketOptions): WebSocketServerOf<typeof OwnedSocket> {
  const own = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytesMax,
    // A message in very many small pieces costs much more memory than its bytes [S4].
    maxFragments: 64,
    maxBufferedChunks: 2048,
    handleProtocols: () => subprotocol,
    // The sweep ends unfinished closes; this is for those that the peer began.
    closeTimeout: options.closeMs,
    WebSocket: OwnedSocket,
  }
  const server = new WebSocketServer<typeof OwnedSocket>(own)
  server.on('error', () => undefined)
  return server
}

function onRawError(this: Duplex): void {
  this.destroy()
}
