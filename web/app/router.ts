/** The page's address as a value. Secrets travel behind the # and are taken out of the address bar when they are read. */

import { type ReadonlySignal, signal } from '@preact/signals'
import { type RoomId, type Seq, roomId, seq } from '../../src/protocol/ids.ts'

export type Route =
  | { readonly at: 'home' }
  /** `message`: the one a link points at. */
  | { readonly at: 'room'; readonly room: RoomId; readonly message: Seq | null }
  | { readonly at: 'sign-in' }
  | { readonly at: 'sign-up' }
  | { readonly at: 'set-up'; readonly secret: string }
  | { readonly at: 'invite'; readonly secret: string }
  | { readonly at: 'reset'; readonly secret: string }

export type Router = {
  readonly route: ReadonlySignal<Route>
  readonly go: (path: string, how?: 'push' | 'replace') => void
  readonly back: () => void
}

type Address = { readonly pathname: string; readonly search: string; readonly hash: string }

export function parseRoute({ pathname, search, hash }: Address): Route {
  const [first = '', second = ''] = pathname.split('/').filter((part) => part !== '')
  const secret = hash.replace(/^#/, '')
  switch (first) {
    case 'room':
      return second === '' ? { at: 'home' } : { at: 'room', room: roomId(decode(second)), message: messageOf(search) }
    case 'sign-in':
    case 'sign-up':
      return { at: first }
    case 'set-up':
    case 'invite':
    case 'reset':
      return { at: first, secret }
    default:
      return { at: 'home' }
  }
}

export const roomPath = (room: RoomId, message?: Seq): string =>
  `/room/${encodeURIComponent(room)}${message === undefined ? '' : `?m=${message}`}`

export function openRouter(): Router {
  const route = signal(read())
  window.addEventListener('popstate', () => (route.value = read()))
  return {
    route,
    go(path, how = 'push') {
      if (how === 'push') history.pushState({ isOurs: true }, '', path)
      else history.replaceState(history.state, '', path)
      route.value = read()
    },
    back() {
      // A page that was opened from outside has nothing of ours to go back to.
      if (isOurs(history.state)) history.back()
      else this.go('/', 'replace')
    },
  }
}

function read(): Route {
  const route = parseRoute(location)
  if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search)
  return route
}

const isOurs = (state: unknown): boolean => typeof state === 'object' && state !== null && 'isOurs' in state

function messageOf(search: string): Seq | null {
  const value = Number(new URLSearchParams(search).get('m'))
  return Number.isSafeInteger(value) && value > 0 ? seq(value) : null
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // A stray % in an address that somebody typed: no such room, which the room view will say.
  }
}
