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
  const online = (): void => listen('online')
  const offline = (): void => listen('offline')
  const visible = (): void => {
    if (document?.visibilityState === 'visible') listen('visible')
  }
  window?.addEventListener('online', online)
  window?.addEventListener('offline', offline)
  document?.addEventListener('visibilitychange', visible)
  return {
    [Symbol.dispose]() {
      window?.removeEventListener('online', online)
      window?.removeEventListener('offline', offline)
      document?.removeEventListener('visibilitychange', visible)
    },
  }
}
