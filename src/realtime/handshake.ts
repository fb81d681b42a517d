/** Whether an upgrade request may become a connection, and how it is refused: plain HTTP with a line of text. */

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

import { subprotocol } from '../protocol/limits.ts'
import type { ConnectionRequest, ConsumerFactory, Routes } from './consumer.ts'
import type { OriginCheck } from './origin.ts'

export type Refusal = {
  readonly status: number
  readonly reason: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export type HandshakeRules = {
  readonly routes: Routes
  readonly isOriginAllowed: OriginCheck
  readonly connectionsMax: number
  readonly connectionsPerAddressMax: number
  readonly isClosing: () => boolean
  readonly connections: () => number
  readonly connectionsOf: (address: string) => number
}

/**
 * The consumer that a request is for, or why it is refused. What `ws` checks (method, key) comes after.
 *
 * The subprotocol must be offered: a client that offers none or only others would not understand our frames, and says so
 * here, at the door, where its developer can read the reason. So `madang.v2` can come to live beside `madang.v1`.
 */
export function checkHandshake(
  rules: HandshakeRules,
  request: ConnectionRequest,
  httpVersion: string,
): ConsumerFactory | Refusal {
  const makeConsumer = Object.hasOwn(rules.routes, request.path) ? rules.routes[request.path] : undefined
  if (makeConsumer === undefined) return refuse(404, 'Not Found', 'there is no WebSocket at this path')
  if (httpVersion === '1.0' || request.header('sec-websocket-version') !== '13') {
    const headers = { 'Sec-WebSocket-Version': '13' }
    return { ...refuse(426, 'Upgrade Required', 'WebSocket version 13 over HTTP/1.1 is required'), headers }
  }
  // Proxies disagree where the body of an upgrade ends, and what follows it could be smuggled past one.
  if (request.header('content-length') !== null || request.header('transfer-encoding') !== null) {
    return refuse(400, 'Bad Request', 'an upgrade carries no body')
  }
  if (!rules.isOriginAllowed(request)) return refuse(403, 'Forbidden', 'pages of this origin may not connect')
  const offered = request.header('sec-websocket-protocol') ?? ''
  if (!offered.split(',').some((name) => name.trim() === subprotocol)) {
    return refuse(400, 'Bad Request', `the WebSocket subprotocol ${subprotocol} must be offered`)
  }
  if (rules.isClosing()) return busy(503, 'Service Unavailable', 'the server is stopping')
  if (rules.connections() >= rules.connectionsMax) return busy(503, 'Service Unavailable', 'too many connections')
  if (rules.connectionsOf(request.remoteAddress) >= rules.connectionsPerAddressMax) {
    return busy(429, 'Too Many Requests', 'too many connections from this address')
  }
  return makeConsumer
}

/** What the framework and the application see of an upgrade request. */
export function connectionRequest(request: IncomingMessage, remoteAddress: string): ConnectionRequest {
  const [path = ''] = (request.url ?? '').split('?', 1)
  return {
    path,
    header: (name) => {
      const value = request.headers[name]
      return typeof value === 'string' ? value : (value?.join(', ') ?? null)
    },
    remoteAddress,
  }
}

/** Answers and ends a socket that does not become a connection. */
export function endRefused(socket: Duplex, { status, reason, body, headers }: Refusal): void {
  const text = `${body}\n`
  const lines = [
    `HTTP/1.1 ${status} ${reason}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
  ]
  // Its end is not awaited: a peer that keeps its side open must not keep the socket.
  socket.once('finish', () => socket.destroy())
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`)
}

function refuse(status: number, reason: string, body: string): Refusal {
  return { status, reason, body }
}

function busy(status: number, reason: string, body: string): Refusal {
  return { status, reason, body, headers: { 'Retry-After': '5' } }
}
