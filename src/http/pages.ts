/** The web client's files: pages that are asked for anew each time, assets that never change under their name. */

import { serveStatic } from '@hono/node-server/serve-static'
import type { Context, Hono, MiddlewareHandler } from 'hono'

const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

/** On every answer: what a browser may not do with it. */
export const securityHeaders: MiddlewareHandler = async (context, next) => {
  await next()
  const { headers } = context.res
  headers.set('content-security-policy', contentSecurityPolicy)
  headers.set('x-content-type-options', 'nosniff')
  headers.set('referrer-policy', 'no-referrer')
  headers.set('cross-origin-opener-policy', 'same-origin')
  headers.set('cross-origin-resource-policy', 'same-origin')
  headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=()')
}

/** @param pages the paths that the web client's own router knows, answered with its one page. */
export function servePages(app: Hono, webDir: string, pages: readonly string[]): void {
  const files = serveStatic({ root: webDir, onFound: cacheHeaders })
  app.use('*', files)
  const index = serveStatic({ root: webDir, path: 'index.html', onFound: cacheHeaders })
  for (const page of pages) app.get(page, index)
}

/** Vite puts a hash of the content into the names below assets/. */
function cacheHeaders(path: string, context: Context): void {
  const isHashed = /[\\/]assets[\\/]/.test(path)
  context.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
}
