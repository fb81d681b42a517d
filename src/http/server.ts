/** Listens for HTTP: the application's answers, with limits on how long a request may take to arrive. */

import { type Server, createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { MadangError } from '../madang-error.ts'

export type HttpServer = AsyncDisposable & { readonly server: Server; readonly url: string }

/** An unfinished request, or upgrade, is ended after this. */
const headersMs = 10_000
const requestMs = 30_000
/** How often Node looks for those; its own half a minute would give them four times as long. */
const checkEveryMs = 2_000
/** Longer than a proxy keeps an idle connection, so that it is the proxy that closes it. */
const keepAliveMs = 65_000

/**
 * `listen` is called when everything that serves upgrades is in place. Rejects with `port_in_use` or `cannot_listen`.
 * Closing stops accepting and ends the idle connections; those that were upgraded are their owner's.
 */
export function openHttpServer(app: Hono): {
  readonly server: Server
  readonly listen: (at: Address) => Promise<HttpServer>
} {
  const respond = getRequestListener(app.fetch)
  const server = createServer(
    {
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkEveryMs,
      keepAliveTimeout: keepAliveMs,
    },
    (request, response) => {
      void respond(request, response)
    },
  )
  return { server, listen: (at) => listen(server, at) }
}

export type Address = { readonly host: string; readonly port: number }

async function listen(server: Server, { host, port }: Address): Promise<HttpServer> {
  await new Promise<void>((resolve, reject) => {
    // Stays for good: once it listens, an error is one connection that could not be accepted (no descriptors left, say).
    // Its client tries again; the others must not lose their server over it.
    server.on('error', (error: NodeJS.ErrnoException) => reject(listenError(error, { host, port })))
    server.listen({ host, port }, resolve)
  })
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return {
    server,
    url: `http://${shownHost(host)}:${actual}/`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

function listenError(error: NodeJS.ErrnoException, { host, port }: Address): MadangError {
  if (error.code === 'EADDRINUSE') {
    const says = `Port ${port} is in use: stop what listens there, or choose another with PORT=${port + 1}.`
    return new MadangError('port_in_use', says, { retryable: true, cause: error })
  }
  if (error.code === 'EACCES') {
    const says = `Port ${port} needs more rights than this user has: choose one above 1023 with PORT=5577.`
    return new MadangError('cannot_listen', says, { retryable: false, cause: error })
  }
  const says = `Cannot listen on ${host}:${port} (${error.code ?? error.message}): check HOST and PORT.`
  return new MadangError('cannot_listen', says, { retryable: false, cause: error })
}
