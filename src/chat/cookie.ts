/** The cookie that a browser's session token travels in. Scripts cannot read it, other sites cannot send it. */

export const cookieName = 'madang_session'

/** The session token of a Cookie header; null when there is none. */
export function cookieToken(header: string | null): string | null {
  for (const pair of (header ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === cookieName) return pair.slice(at + 1).trim() || null
  }
  return null
}

/** @param maxAgeSeconds 0 makes the browser forget it. */
export function sessionCookie(
  token: string,
  { maxAgeSeconds, isSecure }: { maxAgeSeconds: number; isSecure: boolean },
): string {
  const secure = isSecure ? '; Secure' : ''
  return `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure}`
}
