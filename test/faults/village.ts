/**
 * A village: twenty people, each with a token, and four rooms that all of them are in. It is made once in a process; every
 * test gets a server with a copy of its data folder, so that no test sees another's.
 */

import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Account, setUp, signUp } from '../docs/door.ts'
import { type RoomId, roomId } from '../../src/protocol/ids.ts'
import { type TestServer, openServer } from '../server.ts'

export const peopleCount = 20
export const password = 'a long enough one'
const roomNames = ['마당', '점심', 'release', 'tea 차']

export type Person = Account & { readonly handle: string }

/** `owner` is the server's and the rooms'; he is not one of the people. */
export type Village = { readonly owner: Person; readonly people: readonly Person[]; readonly rooms: readonly RoomId[] }

export type VillageServer = AsyncDisposable & {
  readonly server: TestServer
  readonly village: Village
}

export type VillageOptions = {
  readonly env?: Readonly<Record<string, string>>
  /** An empty folder for the data; standard: a new one below the system's temporary folder. */
  readonly dataDir?: string
}

/** A data folder's files, kept in memory: nothing is left behind, however the tests end. */
type Folder = readonly { readonly name: string; readonly bytes: Buffer }[]

let made: Promise<{ readonly folder: Folder; readonly village: Village }> | null = null

/** A server of its own for the village. Disposing stops it and removes its data. */
export async function openVillage({ env = {}, dataDir }: VillageOptions = {}): Promise<VillageServer> {
  made ??= makeVillage()
  const { folder, village } = await made
  const copy = dataDir ?? (await mkdtemp(join(tmpdir(), 'madang-village-')))
  for (const { name, bytes } of folder) await writeFile(join(copy, name), bytes, { mode: 0o600 })
  const server = await openServer({ env, dataDir: copy })
  return {
    server,
    village,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      if (dataDir === undefined) await rm(copy, { recursive: true, force: true })
    },
  }
}

async function makeVillage(): Promise<{ readonly folder: Folder; readonly village: Village }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'madang-village-of-'))
  try {
    const village = await settle(dataDir)
    const names = await readdir(dataDir)
    const folder = await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(dataDir, name)) })))
    return { folder, village }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Resolves when the server that they moved into has stopped. */
async function settle(dataDir: string): Promise<Village> {
  // Twenty people from one address in a few seconds are more than an address may sign up.
  await using server = await openServer({ dataDir, env: { MADANG_RATE_LIMITS: 'off' } })
  const owner = { ...(await setUp(server, guest('owner'), '마당')), handle: 'owner' }
  const handles = Array.from({ length: peopleCount }, (_, index) => `person${index + 1}`)
  const people = await Promise.all(
    handles.map(async (handle) => ({ ...(await signUp(server, owner, guest(handle))), handle })),
  )
  const rooms = await Promise.all(roomNames.map(async (name) => roomId(await makeRoom(server, owner, name))))
  for (const room of rooms) {
    for (const person of people) await ask(server, person, 'join', { room })
  }
  return { owner, people, rooms }
}

const guest = (handle: string) => ({ handle, name: `${handle} 씨`, password })

async function makeRoom(server: TestServer, owner: Person, name: string): Promise<string> {
  return String((await ask(server, owner, 'createRoom', { name, visibility: 'public' }))['room'])
}

/** A command by HTTP, as somebody. Throws when it is refused. */
export async function ask(
  server: Pick<TestServer, 'url'>,
  { token }: Pick<Account, 'token'>,
  cmd: string,
  input: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const headers = { authorization: `Bearer ${token}` }
  const url = new URL(`api/commands/${cmd}`, server.url)
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(input) })
  const answer: Readonly<Record<string, unknown>> = JSON.parse(await response.text())
  if (!response.ok) throw new Error(`${cmd}: ${JSON.stringify(answer)}`)
  return answer
}
