/** How people get into a test's server. */

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

async function command(server: TestServer, { token }: Pick<Account, 'token'>, cmd: string, input: Json): Promise<Json> {
  const headers = { authorization: `Bearer ${token}` }
  return post(new URL(`api/commands/${cmd}`, server.url), headers, input)
}

async function enter(server: TestServer, path: string, input: Json): Promise<Account> {
  const response = await fetch(new URL(path, server.url), { method: 'POST', body: JSON.stringify(input) })
  const { user }: { user?: { id: string } } = JSON.parse(await response.text())
  const token = /madang_session=([^;]+)/.exec(response.headers.get('set-cookie') ?? '')?.[1]
  if (user === undefined || token === undefined) throw new Error(`${path}: ${response.status}`)
  const { secret } = await command(server, { token }, 'createToken', { name: 'test' })
  return { user: user.id, token: String(secret) }
}

async function post(url: URL, headers: Record<string, string>, input: Json): Promise<Json> {
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) })
  const answer: Json = JSON.parse(await response.text())
  if (!response.ok) throw new Error(`${url.pathname}: ${JSON.stringify(answer)}`)
  return answer
}
