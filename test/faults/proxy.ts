/** A TCP proxy of the test's own, between clients and the server, that does to its connections what bad networks do. */

import { type Socket, connect, createServer } from 'node:net'
import { once } from 'node:events'

/** `blackhole`: both sides stay connected and nothing passes, as when a cable is pulled. */
export type Weather = 'fair' | 'slices' | 'blackhole'

export type Proxy = AsyncDisposable & {
  /** In place of the server's own. */
  readonly url: string
  /** Of all connections, present and to come. What was held back by a blackhole is lost with its connection. */
  readonly turn: (weather: Weather) => void
  /** Ends every connection with a RST. Gives how many. */
  readonly reset: () => number
  /** Connections that the server has ended while they were in a blackhole: it has noticed. */
  readonly endedInHole: () => number
  /** Ends every connection after so many more bytes from the server: in the middle of a frame, as chance has it. */
  readonly cutAfter: (bytes: number) => void
}

type Pair = { readonly client: Socket; readonly server: Socket; bytesLeft: number }

/** Below this a write is sent in slices of one byte; larger ones in that many, so that it ends within the test. */
const slicesMax = 400

export async function openProxy(target: string): Promise<Proxy> {
  const { hostname, port } = new URL(target)
  const pairs = new Set<Pair>()
  let weather: Weather = 'fair'
  let endedInHole = 0

  const pass = (pair: Pair, from: Socket, to: Socket, bytes: Buffer): void => {
    if (weather === 'blackhole') return
    if (from === pair.server && bytes.length > pair.bytesLeft) {
      to.write(bytes.subarray(0, pair.bytesLeft))
      return end(pair)
    }
    if (from === pair.server) pair.bytesLeft -= bytes.length
    if (weather === 'slices') return writeSlices(to, bytes)
    to.write(bytes)
  }
  const end = (pair: Pair): void => {
    pairs.delete(pair)
    pair.client.destroy()
    pair.server.destroy()
  }
  const join = (pair: Pair, from: Socket, to: Socket): void => {
    from.setNoDelay(true)
    from.on('data', (bytes: Buffer) => pass(pair, from, to, bytes))
    from.on('close', () => {
      // In a blackhole not even the end of one side reaches the other.
      if (weather !== 'blackhole') end(pair)
      else if (from === pair.server) endedInHole++
    })
    from.on('error', () => undefined)
  }

  const listener = createServer((client) => {
    const server = connect({ host: hostname, port: Number(port) })
    const pair: Pair = { client, server, bytesLeft: Number.POSITIVE_INFINITY }
    pairs.add(pair)
    join(pair, client, server)
    join(pair, server, client)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const own = typeof address === 'object' && address !== null ? address.port : 0

  return {
    url: `http://127.0.0.1:${own}/`,
    turn(next) {
      // Whoever sat in the hole is not told what passed meanwhile: the network has forgotten them.
      if (weather === 'blackhole') for (const pair of pairs) end(pair)
      weather = next
    },
    endedInHole: () => endedInHole,
    reset() {
      const count = pairs.size
      for (const { client, server } of pairs) {
        client.resetAndDestroy()
        server.resetAndDestroy()
      }
      pairs.clear()
      return count
    },
    cutAfter(bytes) {
      for (const pair of pairs) pair.bytesLeft = bytes
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) end(pair)
      await new Promise((resolve) => listener.close(resolve))
    },
  }
}

function writeSlices(to: Socket, bytes: Buffer): void {
  const size = Math.ceil(bytes.length / slicesMax)
  for (let at = 0; at < bytes.length; at += size) to.write(bytes.subarray(at, at + size))
}
