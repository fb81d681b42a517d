/**
 * The link to the server: one socket at a time, one reconnect timer, and what a close means by its band.
 *
 * A half-open link is noticed by silence: the server pings every `pingMs`, so nothing heard for twice as long is a dead
 * link, whatever the socket says. The back-off starts anew only after a link that lasted: a server that accepts and
 * closes at once must not be hammered.
 */

import type { Clock } from '../clock.ts'
import { closeAdvice, closeCodes } from '../protocol/close-codes.ts'
import type { ClientFrame, ServerFrame } from '../protocol/frames.ts'
import { subprotocol } from '../protocol/limits.ts'
import type { Random } from '../random.ts'
import { unreachable } from '../unreachable.ts'
import type { LinkState } from './api.ts'
import { openBackoff } from './backoff.ts'
import type { OpenSocket, Signals, SocketLike } from './platform.ts'
import { openTimer } from './timer.ts'
import { decodeFrames } from './wire.ts'

/** From the first packet to `welcome`. */
const connectMs = 10_000
/** A link that was up for so long was a good one. */
const steadyMs = 10_000
/** An answer to a probe comes within this, or the link is dead. */
const probeMs = 3_000

export type LinkDeps = {
  readonly clock: Clock
  readonly random: Random
  readonly socket: OpenSocket
  readonly signals: Signals
}

export type LinkHandlers = {
  readonly hello: () => ClientFrame
  /** Every frame, `welcome` too; the state is `online` by then. */
  readonly received: (frame: ServerFrame) => void
  readonly changed: () => void
  /** It was online and is not any more. Told before the state changes are. */
  readonly lost: () => void
}

export type Link = Disposable & {
  readonly state: () => LinkState
  /** False when it is not online: nothing was sent. True says nothing about arrival. */
  readonly send: (frame: ClientFrame) => boolean
  /** Try now, from any state; when online, look whether it is alive. */
  readonly reconnect: () => void
  /** Something that should have come did not: drop the socket and connect anew. */
  readonly distrust: () => void
}

type Live = { readonly socket: SocketLike; heardMs: number; heard: number; pingMs: number; sinceMs: number }
type Phase = { readonly is: 'idle' } | { readonly is: 'connecting' | 'online'; readonly live: Live }

/** Connects at once. */
export function openLink(deps: LinkDeps, url: string, handlers: LinkHandlers): Link {
  const { clock } = deps
  const backoff = openBackoff(deps.random)
  const retry = openTimer(clock)
  const watch = openTimer(clock)
  let phase: Phase = { is: 'idle' }
  let shown: LinkState = { is: 'offline', retryAtMs: null }
  let isOpen = true

  const show = (state: LinkState): void => {
    shown = state
    handlers.changed()
  }

  const connect = (): void => {
    if (!isOpen || phase.is !== 'idle') return
    retry.clear()
    let socket: SocketLike
    try {
      socket = deps.socket(url, subprotocol)
    } catch (error) {
      // Only a URL that can never work throws here.
      return show({ is: 'given_up', code: 0, reason: String(error) })
    }
    const live: Live = { socket, heardMs: clock.monotonicMs(), heard: 0, pingMs: connectMs, sinceMs: 0 }
    phase = { is: 'connecting', live }
    // A socket that was let go still tells of itself: nobody listens then.
    const whileHeld = (run: () => void): void => {
      if (phase.is !== 'idle' && phase.live === live) run()
    }
    socket.addEventListener('open', () => whileHeld(() => void write(socket, handlers.hello())))
    socket.addEventListener('message', ({ data }) => whileHeld(() => heard(live, data)))
    socket.addEventListener('close', ({ code, reason }) => whileHeld(() => closed(code ?? 1006, reason ?? '')))
    // A close always follows; listened to so that no library takes the error for unhandled.
    socket.addEventListener('error', () => {})
    watch.set(connectMs, () => drop())
    show({ is: 'connecting' })
  }

  const heard = (live: Live, message: unknown): void => {
    live.heardMs = clock.monotonicMs()
    live.heard++
    for (const frame of decodeFrames(message)) {
      if (phase.is === 'idle' || phase.live !== live) return
      if (frame.type === 'welcome') welcomed(live, frame.pingMs)
      else if (frame.type === 'ping') write(live.socket, { type: 'pong' })
      else if (frame.type === 'drain') {
        retry.set(frame.afterMs + deps.random() * frame.jitterMs, () => move())
      }
      handlers.received(frame)
    }
  }

  const welcomed = (live: Live, pingMs: number): void => {
    live.pingMs = pingMs
    live.sinceMs = clock.monotonicMs()
    phase = { is: 'online', live }
    listenOn(live)
    show({ is: 'online' })
  }

  /** Wakes when the silence would be too long, and looks whether it was. */
  const listenOn = (live: Live): void => {
    const silentMs = clock.monotonicMs() - live.heardMs
    watch.set(Math.max(0, 2 * live.pingMs - silentMs), () => {
      if (clock.monotonicMs() - live.heardMs >= 2 * live.pingMs) drop()
      else listenOn(live)
    })
  }

  const probe = (live: Live): void => {
    const heardBefore = live.heard
    write(live.socket, { type: 'ping' })
    watch.set(probeMs, () => (live.heard === heardBefore ? drop() : listenOn(live)))
  }

  /** Lets the socket go without waiting for its close, which a dead link tells minutes later. */
  const release = (code: number): void => {
    if (phase.is === 'idle') return
    const { live, is } = phase
    const { socket } = live
    if (is === 'online' && clock.monotonicMs() - live.sinceMs >= steadyMs) backoff.reset()
    phase = { is: 'idle' }
    watch.clear()
    retry.clear()
    try {
      socket.close(code)
    } catch {
      // Closed already.
    }
    if (is === 'online') handlers.lost()
  }

  const drop = (): void => {
    release(closeCodes.heartbeat_missed)
    wait()
  }

  /** The server is about to stop: leave it before it does. */
  const move = (): void => {
    release(1000)
    connect()
  }

  const wait = (): void => {
    if (!isOpen) return
    const waitMs = backoff.nextMs()
    retry.set(waitMs, connect)
    show({ is: 'offline', retryAtMs: clock.nowMs() + waitMs })
  }

  const closed = (code: number, reason: string): void => {
    release(1000)
    const advice = closeAdvice(code)
    switch (advice) {
      case 'give_up':
        return show({ is: 'given_up', code, reason })
      case 'sign_in':
        return show({ is: 'signed_out', reason: signedOutBy(code) })
      case 'reconnect':
      case 'back_off':
        // The same wait: after a link that lasted it is at most 0.5 s, the little jitter that `reconnect` asks for; after
        // one that did not, not even `reconnect` may become a storm.
        return wait()
      default:
        return unreachable(advice)
    }
  }

  const reconnect = (): void => {
    if (phase.is === 'online') return probe(phase.live)
    if (phase.is === 'connecting') return
    backoff.reset()
    connect()
  }

  const signals = deps.signals((signal) => {
    if (phase.is === 'online') return probe(phase.live)
    // A sign-in or a newer client is not brought by a network. 'offline' stops no try: it is wrong on local networks.
    if (shown.is === 'offline' && signal !== 'offline') connect()
  })
  connect()

  return {
    state: () => shown,
    send: (frame) => phase.is === 'online' && write(phase.live.socket, frame),
    reconnect,
    distrust() {
      if (phase.is === 'online') drop()
    },
    [Symbol.dispose]() {
      if (!isOpen) return
      isOpen = false
      signals[Symbol.dispose]()
      retry.clear()
      release(1000)
      show({ is: 'offline', retryAtMs: null })
    },
  }
}

function signedOutBy(code: number): 'unauthenticated' | 'session_ended' | 'deactivated' {
  if (code === closeCodes.session_ended) return 'session_ended'
  return code === closeCodes.deactivated ? 'deactivated' : 'unauthenticated'
}

function write(socket: SocketLike, frame: ClientFrame): boolean {
  try {
    socket.send(JSON.stringify(frame))
    return true
  } catch {
    return false // The socket is closing; its close tells the rest.
  }
}
