/** Errors of the HTTP API, as RFC 9457 problem details. */

export type Problem = {
  readonly code: string
  readonly status: number
  readonly detail: string
  readonly retryAfterMs?: number
  /** Further members, as they are. */
  readonly extra?: Readonly<Record<string, unknown>>
}

export function problem({ code, status, detail, retryAfterMs, extra }: Problem): Response {
  const body = { type: `urn:madang:error:${code}`, title: code.replaceAll('_', ' '), status, detail, code, ...extra }
  const headers: Record<string, string> = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }
  if (retryAfterMs !== undefined) headers['retry-after'] = String(Math.ceil(retryAfterMs / 1_000))
  return new Response(JSON.stringify(retryAfterMs === undefined ? body : { ...body, retryAfterMs }), {
    status,
    headers,
  })
}
