/** The few things of the platform that a client needs, as small as they can be: browsers and Node have them all. */

import { trusted } from './wire.ts'

/** A WebSocket, or what stands in for one. */
export type SocketLike = {
  readonly addEventListener: (
    type: 'open' | 'message' | 'close' | 'error',
    listen: (event: { readonly data?: unknown; readonly code?: number; readonly reason?: string }) => void,
  ) => void
  readonly send: (text: string) => void
  readonly close: (code?: number, reason?: string) => void
}

export type OpenSocket = (url: string, subprotocol: string) => SocketLike

export type Signal = 'online' | 'offline' | 'visible'
export type Signals = (listen: (signal: Signal) => void) => Disposable

export const platformSocket: OpenSocket = (url, subprotocol) => trusted<SocketLike>(new WebSocket(url, subprotocol))

type Target = {
  readonly addEventListener: (type: string, listen: () => void) => void
  readonly removeEventListener: (type: string, listen: () => void) => void
}

/** Events of the window and its document; silent where there is none. */
export const platformSignals: Signals = (listen) => {
  const { window, document } = trusted<{
    readonly window?: Target
    readonly document?: Target & { readonly visibilityState: string }
  }>(globalThis)
  const heard: readonly [Target | undefined, string, () => void][] = [
    [window, 'online', () => listen('online')],
    [window, 'offline', () => listen('offline')],
    [document, 'visibilitychange', () => document?.visibilityState === 'visible' && listen('visible')],
  ]
  for (const [target, type, tell] of heard) target?.addEventListener(type, tell)
  return {
    [Symbol.dispose]() {
      for (const [target, type, tell] of heard) target?.removeEventListener(type, tell)
    },
  }
}
