/** The doors of a test's server: who is let in, and how a page's `curl` lines are done without curl. */

import { WebSocket } from 'ws'
import { subprotocol } from '../../src/protocol/limits.ts'
import type { TestServer } from '../server.ts'

export type Guest = { readonly handle: string; readonly name: string; readonly password: string }

export type Account = { readonly user: string; readonly token: string }

type Json = Readonly<Record<string, unknown>>

/** Sets the server up with its first owner, who gets a personal token. */
export async function setUp(server: TestServer, owner: Guest, serverName: string): Promise<Account> {
  const secret = new URL(server.setUpUrl ?? '').hash.slice(1)
  return enter(server, '/api/set-up', { ...owner, secret, server: serverName })
}

/** Signs somebody up with an invite that the owner makes. */
export async function signUp(server: TestServer, owner: Account, guest: Guest): Promise<Account> {
  const { secret } = await command(server, owner, 'createInvite', { uses: 1, hours: 1 })
  return enter(server, '/api/sign-up', { ...guest, invite: secret })
}

export async function command(server: TestServer, { token }: Pick<Account, 'token'>, cmd: string, input: Json): Promise<Json> {
  const headers = { authorization: `Bearer ${token}` }
  return post(new URL(`api/commands/${cmd}`, server.url), headers, input)
}

async function enter(server: TestServer, path: string, input: Json): Promise<Account> {
  const response = await fetch(new URL(path, server.url), { method: 'POST', body: JSON.stringify(input) })
  const { user }: { user?: { id: string } } = await response.json()
  const token = /madang_session=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1]
  if (user === undefined || token === undefined) throw new Error(`${path}: ${response.status}`)
  const { secret } = await command(server, { token }, 'createToken', { name: 'test' })
  return { user: user.id, token: String(secret) }
}

async function post(url: URL, headers: Record<string, string>, input: Json): Promise<Json> {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) })
  const answer: Json = await response.json()
  if (!response.ok) throw new Error(`${url.pathname}: ${JSON.stringify(answer)}`)
  return answer
}

export type Wire = Disposable & {
  readonly send: (frame: unknown) => void
  /** The next frame that `take` wants, also one that came before. Rejects with all that came instead. */
  readonly next: (isWanted: (frame: unknown) => boolean, what: string) => Promise<unknown>
  /** What came and nobody has taken. */
  readonly rest: () => readonly unknown[]
}

/** Longer than anything here takes; a frame that does not come is a failure, not a wait. */
const patienceMs = 5_000

export async function openWire(server: TestServer): Promise<Wire> {
  const socket = new WebSocket(new URL('ws', server.url), subprotocol)
  const frames: unknown[] = []
  let wake: (() => void) | null = null
  let end: string | null = null
  const changed = (): void => {
    wake?.()
    wake = null
  }
  socket.on('message', (message) => {
    for (const line of String(message).split('\n')) frames.push(JSON.parse(line))
    changed()
  })
  socket.on('close', (code, reason) => {
    end = `closed with ${code} ${String(reason)}`
    changed()
  })
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))

  return {
    send: (frame) => socket.send(JSON.stringify(frame)),
    async next(isWanted, what) {
      const tooLate = AbortSignal.timeout(patienceMs)
      tooLate.addEventListener('abort', changed)
      for (;;) {
        const at = frames.findIndex(isWanted)
        if (at >= 0) return frames.splice(at, 1)[0]
        if (tooLate.aborted || end !== null) {
          const came = frames.map((frame) => JSON.stringify(frame)).join('\n')
          throw new Error(`${what}\ndid not come${end === null ? '' : ` (${end})`}; instead:\n${came}`)
        }
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    rest: () => frames,
    [Symbol.dispose]: () => socket.terminate(),
  }
}

export type Curl = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Cookies are kept (-c), or sent (-b). */
  readonly cookies: 'none' | 'kept' | 'sent'
}

/** A `curl` line as a request. Throws for an option that is not known here. @param variables for `$NAME` */
export function parseCurl(line: string, variables: Readonly<Record<string, string>>): Curl {
  const [, ...words] = shellWords(line, variables)
  const curl = { method: '', url: '', headers: new Map<string, string>(), body: null as string | null, cookies: 'none' as Curl['cookies'] }
  while (words.length > 0) {
    const word = words.shift() ?? ''
    if (word === '-s') continue
    else if (word === '-X') curl.method = words.shift() ?? ''
    else if (word === '-d') curl.body = words.shift() ?? ''
    else if (word === '-c' || word === '-b') {
      curl.cookies = word === '-c' ? 'kept' : 'sent'
      words.shift()
    } else if (word === '-H') {
      const [name = '', ...value] = (words.shift() ?? '').split(':')
      curl.headers.set(name.toLowerCase(), value.join(':').trim())
    } else if (word.startsWith('-')) throw new Error(`curl ${word}: not known to test/docs/door.ts`)
    else curl.url = word
  }
  const method = curl.method || (curl.body === null ? 'GET' : 'POST')
  return { ...curl, method, headers: Object.fromEntries(curl.headers) }
}

/** Words as a shell makes them from plain, 'single' and "double" quoted text, with variables in all but the single. */
export function shellWords(line: string, variables: Readonly<Record<string, string>>): string[] {
  const value = (text: string): string =>
    text.replaceAll(/\$(\w+)/g, (_, name: string) => {
      const known = variables[name]
      if (known === undefined) throw new Error(`$${name} is not set`)
      return known
    })
  const words: string[] = []
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    const parts = word.match(/'[^']*'|"[^"]*"|[^'"]+/g) ?? []
    words.push(parts.map((part) => (part.startsWith("'") ? part.slice(1, -1) : value(part.replaceAll('"', '')))).join(''))
  }
  return words
}
