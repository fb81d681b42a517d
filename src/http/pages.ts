/** The web client's files: pages that are asked for anew each time, assets that never change under their name. */

import { serveStatic } from '@hono/node-server/serve-static'
import type { Hono, MiddlewareHandler } from 'hono'

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
  app.use('*', cached(serveStatic({ root: webDir })))
  const index = cached(serveStatic({ root: webDir, path: 'index.html' }))
  for (const page of pages) app.get(page, index)
}

/** Vite puts a hash of the content into the names below assets/. */
function cached(serve: MiddlewareHandler): MiddlewareHandler {
  return async (context, next) => {
    let isFile = true
    const answer = await serve(context, async () => {
      isFile = false
      await next()
    })
    // Not in serveStatic's own `onFound`: that is called when the headers are made already.
    if (isFile && answer) answer.headers.set('cache-control', isHashed(context.req.path) ? forEver : 'no-cache')
    return answer
  }
}

const forEver = 'public, max-age=31536000, immutable'

const isHashed = (path: string): boolean => path.startsWith('/assets/')
