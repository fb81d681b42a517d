/** Which web pages may open a connection: a browser sends our cookies with a WebSocket from any page, and asks nobody [S3]. */

import type { ConnectionRequest } from './consumer.ts'

export type OriginCheck = (request: Pick<ConnectionRequest, 'header'>) => boolean

/**
 * Allows pages of the host that was asked (`Host`), and of the listed origins (`https://chat.example.org`).
 *
 * Behind a proxy that rewrites `Host`, list the public origin. A request without `Origin` comes from no browser; it is
 * allowed unless it carries a cookie, because then it claims to be one.
 */
export function allowOrigins(origins: readonly string[]): OriginCheck {
  const listed = new Set(origins.map((origin) => new URL(origin).origin))
  return ({ header }) => {
    const origin = header('origin')
    if (origin === null) return header('cookie') === null
    const url = parseOrigin(origin)
    if (url === null) return false
    return listed.has(url.origin) || isHost(url, header('host'))
  }
}

/** Null for what is not the origin of a web page: `null`, other schemes, and anything with more than scheme, host and port. */
function parseOrigin(text: string): URL | null {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null
  const hasMore =
    url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '' || url.pathname !== '/'
  return hasMore || text.endsWith('/') ? null : url
}

function isHost(origin: URL, host: string | null): boolean {
  if (host === null) return false
  // Parsed with the page's scheme, so that its default port may be written or left out.
  const asked = URL.parse(`${origin.protocol}//${host}`)
  return asked !== null && asked.host === origin.host && asked.username === '' && asked.pathname === '/'
}
