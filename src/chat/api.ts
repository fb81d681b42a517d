/**
 * The HTTP door onto the table of commands and queries: JSON in, JSON out, errors as problem details.
 *
 * A person is known by the session cookie, then the request must come from a page of ours; or by a personal or session
 * token in `Authorization: Bearer`. `Idempotency-Key` is the command's id: a retry with the same key is the same command.
 */

import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Clock } from '../clock.ts'
import { problem } from '../http/problem.ts'
import { type Check, Refusal } from '../protocol/check.ts'
import { type Command, checkCommand, guestCommandChecks } from '../protocol/commands.ts'
import { type WireError, errorCodes, wireError } from '../protocol/errors.ts'
import type { RoomId } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import { checkQuery } from '../protocol/queries.ts'
import type { User } from '../protocol/rows.ts'
import type { OriginCheck } from '../realtime/origin.ts'
import { type BucketMap, bucketMap } from '../realtime/token-bucket.ts'
import { sessionKeptMs } from './accounts.ts'
import type { Actor, Person } from './actor.ts'
import type { Ask } from './ask.ts'
import { cookieToken, sessionCookie } from './cookie.ts'
import { loadFact } from './load-fact.ts'
import { type PrepareDeps, prepare } from './prepare.ts'
import { answerQuery } from './queries.ts'
import { type Secrets, hashToken } from './secrets.ts'

export type ApiDeps = PrepareDeps & {
  readonly ask: Ask
  readonly clock: Clock
  readonly secrets: Secrets
  readonly isOriginAllowed: OriginCheck
}

export type ApiOptions = { readonly rateLimits: boolean }

/** A guess every 6 s, after the first ten, for one name and for one address. */
const signInRate = { burst: 10, perSecond: 1 / 6 }

type Env = { Bindings: HttpBindings }
type At = Context<Env>

const guestPaths = {
  '/set-up': 'setUp',
  '/sign-up': 'signUp',
  '/sign-in': 'signIn',
  '/reset-password': 'resetPassword',
} as const

/** The routes below `/api`. */
export function api(deps: ApiDeps, options: ApiOptions): Hono<Env> {
  const app = new Hono<Env>()
  const signIns = bucketMap(signInRate, deps.clock, { keysMax: 10_000 })
  const rate = { burst: limits.commandsBurst * 2, perSecond: limits.commandsPerSecond * 2 }
  const requests = bucketMap(rate, deps.clock, { keysMax: 100_000 })

  app.use(async (context, next) => {
    await next()
    context.res.headers.set('cache-control', 'no-store, private')
  })
  app.use(
    bodyLimit({
      maxSize: limits.frameBytesMax,
      onError: () => {
        const refused = problemOf(wireError('too_long', { limit: 'frameBytesMax' }))
        // The rest of the body is not read, so nothing can follow it: a client must not try.
        refused.headers.set('connection', 'close')
        return refused
      },
    }),
  )
  app.onError(() => problemOf(wireError('internal')))

  app.get('/server', async (context) => {
    const server = await loadFact(deps.store, { need: 'server' })
    const person = await personOf(deps, context)
    const user: User | null = person === null || 'error' in person ? null : person.user
    return context.json({ name: server.name, isSetUp: server.userCount > 0, openSignUp: server.openSignUp, user })
  })

  for (const [path, cmd] of Object.entries(guestPaths)) {
    app.post(path, async (context) => {
      const origin = refusedOrigin(deps, context)
      if (origin !== null) return problemOf(origin)
      const input = await commandInput(context, deps, cmd)
      const command = checked<Command>(guestCommandChecks[cmd], input)
      if ('error' in command) return problemOf(command.error)
      if (options.rateLimits && !takeSignIn(signIns, context, command.value)) {
        return problemOf(wireError('too_fast', { retryAfterMs: 6_000 }))
      }
      return answer(deps, context, command.value, { is: 'guest' })
    })
  }

  app.post('/sign-out', async (context) => {
    const origin = refusedOrigin(deps, context)
    if (origin !== null) return problemOf(origin)
    const person = await personOf(deps, context)
    if (person !== null && !('error' in person)) {
      const { session } = person.actor
      const command = checked<Command>(checkCommand, { id: deps.newId(), cmd: 'endSession', session })
      const ended = 'value' in command ? await answer(deps, context, command.value, person.actor) : null
      // Whoever is told that they have signed out must have. Not found: it was a personal token's, which is no session.
      if (ended !== null && !ended.ok && ended.status !== errorCodes.not_found.status) return ended
    }
    context.header('set-cookie', sessionCookie('', { maxAgeSeconds: 0, isSecure: isSecure(context) }))
    return context.body(null, 204)
  })

  app.post('/commands/:cmd', async (context) => {
    const person = await personOf(deps, context)
    if (person === null) return problemOf(wireError('unauthenticated'))
    if ('error' in person) return problemOf(person.error)
    const origin = person.isByCookie ? refusedOrigin(deps, context) : null
    if (origin !== null) return problemOf(origin)
    if (options.rateLimits && !requests.take(person.user.id, 1)) {
      return problemOf(wireError('too_fast', { retryAfterMs: 1_000, limit: 'commandsPerSecond' }))
    }
    const command = checked<Command>(checkCommand, await commandInput(context, deps, context.req.param('cmd')))
    return 'error' in command ? problemOf(command.error) : answer(deps, context, command.value, person.actor)
  })

  app.get('/queries/:query', async (context) => {
    const person = await personOf(deps, context)
    if (person === null) return problemOf(wireError('unauthenticated'))
    if ('error' in person) return problemOf(person.error)
    if (options.rateLimits && !requests.take(person.user.id, 1)) {
      return problemOf(wireError('too_fast', { retryAfterMs: 1_000, limit: 'queriesPerSecond' }))
    }
    const query = checked(checkQuery, queryInput(context.req.param('query'), context.req.query()))
    if ('error' in query) return problemOf(query.error)
    const { store, secrets, clock } = deps
    const answered = await answerQuery({ store, secrets, nowMs: clock.nowMs }, query.value, person.actor)
    return 'error' in answered ? problemOf(answered.error) : context.json(answered.ok)
  })

  // Not `notFound`: that is the outermost app's to say, which is another one.
  app.all('*', () => problemOf(wireError('not_found', { message: 'There is no such path.' })))
  return app
}

async function answer(deps: ApiDeps, context: At, command: Command, actor: Actor): Promise<Response> {
  const agent = context.req.header('user-agent') ?? ''
  const prepared = await prepare(deps, command, { actor, agent })
  if (prepared.is === 'refused') return problemOf(prepared.error)
  const outcome = parseOutcome(await deps.ask(prepared.envelope))
  if ('error' in outcome) return problemOf(outcome.error)
  if (prepared.token !== null) {
    const maxAgeSeconds = sessionKeptMs / 1_000
    context.header('set-cookie', sessionCookie(prepared.token, { maxAgeSeconds, isSecure: isSecure(context) }))
  }
  return context.json(outcome.ok)
}

type KnownPerson = { readonly actor: Person; readonly user: User; readonly isByCookie: boolean }

/** Who sent the request; null: nobody who has signed in. */
async function personOf(
  { store, clock }: ApiDeps,
  context: At,
): Promise<KnownPerson | null | { readonly error: WireError }> {
  // Of another scheme (a browser sends `Basic` by itself for a URL with a name in it), it is the cookie that counts.
  const bearer = /^Bearer +(.+)$/i.exec(context.req.header('authorization') ?? '')?.[1]
  const token = bearer ?? cookieToken(context.req.header('cookie') ?? null)
  if (token === null) return null
  const welcome = await store.welcome({ tokenHash: hashToken(token), nowMs: clock.nowMs(), roomsMax: 0 })
  if (welcome === null) return bearer === undefined ? null : { error: wireError('unauthenticated') }
  const actor: Person = { is: 'person', user: welcome.user.id, session: welcome.session }
  return { actor, user: welcome.user, isByCookie: bearer === undefined }
}

/** A browser names the page that a request comes from; a request with a cookie and no origin claims to be one. */
function refusedOrigin({ isOriginAllowed }: ApiDeps, context: At): WireError | null {
  const header = (name: string): string | null => context.req.header(name) ?? null
  return isOriginAllowed({ header }) ? null : wireError('bad_origin')
}

async function commandInput(context: At, deps: ApiDeps, cmd: string): Promise<unknown> {
  const id = context.req.header('idempotency-key') ?? deps.newId()
  const body: unknown = await context.req.json().catch(() => null)
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body, id, cmd } : body
}

const numbers = new Set(['limit', 'before', 'around'])

/** The parameters of a URL as a query's fields: numbers where numbers are meant, `ids` as a list. */
function queryInput(query: string, params: Readonly<Record<string, string>>): unknown {
  const fields = Object.entries(params).map(([name, value]): [string, unknown] => {
    const isNumber = numbers.has(name) || (name === 'after' && query === 'history')
    return [name, name === 'ids' ? value.split(',') : isNumber ? Number(value) : value]
  })
  return { ...Object.fromEntries(fields), query }
}

function checked<T>(check: Check<T>, input: unknown): { readonly value: T } | { readonly error: WireError } {
  const value = check(input)
  return value instanceof Refusal ? { error: value.toWireError() } : { value }
}

/** Guesses are counted for the name that is tried and for the address that tries. */
function takeSignIn(buckets: BucketMap, context: At, command: Command): boolean {
  const address = context.env?.incoming?.socket?.remoteAddress ?? 'unknown'
  const byAddress = buckets.take(`address ${address}`, 1)
  return byAddress && (command.cmd !== 'signIn' || buckets.take(`name ${command.handle}`, 1))
}

/** Behind a proxy that ends TLS the request itself is plain; the page that it comes from, which was checked, is not. */
const isSecure = (context: At): boolean =>
  [context.req.url, context.req.header('origin') ?? ''].some((url) => URL.parse(url)?.protocol === 'https:')

function problemOf(error: WireError): Response {
  const { code, message, retryAfterMs, field, limit, first } = error
  return problem({
    code,
    status: errorCodes[code].status,
    detail: message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    extra: { ...(field && { field }), ...(limit && { limit }), ...(first && { first }), temporary: error.temporary },
  })
}

type Outcome =
  | { readonly ok: Readonly<Record<string, unknown>> & { readonly room?: RoomId } }
  | { readonly error: WireError }

function parseOutcome(text: string): Outcome {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the worker or by ask.ts
  return JSON.parse(text) as Outcome
}
