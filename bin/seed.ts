/** `madang seed`: a small named world in Korean and English, in a data folder that has none yet. */

import { newId, systemClock } from '../src/app.ts'
import type { Actor, Person } from '../src/chat/actor.ts'
import { loadFact } from '../src/chat/load-fact.ts'
import { openPasswords } from '../src/chat/passwords.ts'
import { type PrepareDeps, prepare } from '../src/chat/prepare.ts'
import { openSecrets } from '../src/chat/secrets.ts'
import { batchHandler } from '../src/chat/worker.ts'
import { readConfig } from '../src/config.ts'
import { MadangError } from '../src/madang-error.ts'
import type { Command } from '../src/protocol/commands.ts'
import { type RoomId, type UserId, commandId, sessionId, userId } from '../src/protocol/ids.ts'
import { openServerKey } from '../src/server-key.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { type Line, people, rooms } from './seed-world.ts'

const password = 'madang-yard'
const minuteMs = 60_000
const report = (event: string, details: object): void => console.error(event, details)

export async function seed(): Promise<void> {
  const config = readConfig(process.env, process.cwd())
  await using store = await openSqliteStore({ path: config.dataDir })
  const server = await loadFact(store, { need: 'server' })
  if (server.userCount > 0) {
    throw new MadangError('not_empty', `${config.dataDir} has people already: seed an empty DATA_DIR.`, {
      retryable: false,
    })
  }
  const secrets = openSecrets(await openServerKey(config.dataDir))
  // The world's past: each command a minute after the one before, the last one now.
  let atMs = systemClock.nowMs() - minuteMs * rooms.reduce((sum, { lines }) => sum + lines.length * 2 + 10, 60)
  const clock = { ...systemClock, nowMs: () => (atMs += minuteMs / 2) }
  const handle = batchHandler({ store, announce: async () => {}, clock, secrets, newId, report })
  const world = openWorld({ store, passwords: openPasswords(), newId }, handle)

  for (const { handle: name, ...person } of people) {
    const secret = secrets.secretOf('setup', 'owner')
    const base = { handle: name, name: person.name, password }
    if (name === people[0]?.handle) await world.guest({ cmd: 'setUp', secret, server: '마당', ...base }, name)
    else await world.guest({ cmd: 'signUp', invite: await world.invite(), ...base }, name)
  }
  for (const room of rooms) await fillRoom(world, room)
  console.log(`A small world is in ${config.dataDir}. Start it with: npm start`)
  console.log(`Sign in as ${people.map(({ handle: name }) => name).join(', ')}; the password of all is ${password}`)
}

type World = ReturnType<typeof openWorld>
type Input = Readonly<Record<string, unknown>> & { readonly cmd: string }

/** Commands done at once, by the names of people. */
function openWorld(deps: PrepareDeps, handle: ReturnType<typeof batchHandler>) {
  const ids = new Map<string, UserId>()

  async function run(actor: Actor, input: Input): Promise<Record<string, unknown>> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this file's own commands
    const command = { id: commandId(newId()), ...input } as unknown as Command
    const prepared = await prepare(deps, command, { actor, agent: 'madang seed' })
    if (prepared.is === 'refused') throw new Error(prepared.error.message)
    const [answer] = await handle([{ key: '', body: JSON.stringify(prepared.envelope), expiresAtMs: Infinity }])
    const outcome: { ok?: Record<string, unknown>; error?: { message: string } } = JSON.parse(answer ?? '{}')
    if (outcome.ok === undefined) throw new Error(`${input.cmd}: ${outcome.error?.message}`)
    return outcome.ok
  }
  const idOf = (name: string): UserId => ids.get(name) ?? userId('nobody')
  const as = (name: string): Person => ({ is: 'person', user: idOf(name), session: sessionId('seed') })

  return {
    idOf,
    by: (name: string, input: Input) => run(as(name), input),
    async guest(input: Input, name: string): Promise<void> {
      const { user }: { user?: { id: UserId } } = await run({ is: 'guest' }, input)
      if (user !== undefined) ids.set(name, user.id)
    },
    async invite(): Promise<unknown> {
      return (await run(as(people[0]?.handle ?? ''), { cmd: 'createInvite', uses: 1, hours: 1 }))['secret']
    },
  }
}

async function fillRoom(
  world: World,
  { name, topic, visibility, members, lines }: (typeof rooms)[number],
): Promise<void> {
  const [owner = '', ...others] = members
  const made =
    visibility === 'direct'
      ? await world.by(owner, { cmd: 'openDirect', users: others.map(world.idOf) })
      : await world.by(owner, { cmd: 'createRoom', name, topic, visibility })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the output of both commands
  const room = made['room'] as RoomId
  if (visibility !== 'direct') {
    for (const user of others) await world.by(owner, { cmd: 'invite', room, user: world.idOf(user) })
  }
  for (const [index, line] of lines.entries()) await say(world, room, index + 1, line)
}

async function say(
  world: World,
  room: RoomId,
  seq: number,
  { by, text, replyTo, reactions, edited }: Line,
): Promise<void> {
  const body = text.replaceAll(/@(\w+)/g, (whole, name: string) =>
    people.some(({ handle }) => handle === name) ? `<@${world.idOf(name)}>` : whole,
  )
  await world.by(by, { cmd: 'send', room, body, ...(replyTo === undefined ? {} : { replyTo }) })
  if (edited !== undefined) await world.by(by, { cmd: 'edit', room, seq, body: edited })
  for (const [emoji, names] of Object.entries(reactions ?? {})) {
    for (const name of names) await world.by(name, { cmd: 'react', room, seq, emoji, isOn: true })
  }
}
