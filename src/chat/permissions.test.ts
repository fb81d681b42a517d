/** Who may do what: every command, in every role, in every kind of room [faults S2]. */

import { expect, test } from 'vitest'
import type { CommandName } from '../protocol/commands.ts'
import type { ErrorCode } from '../protocol/errors.ts'
import { type RoomId, type Seq, type UserId, commandId, inviteId, seq, tokenId } from '../protocol/ids.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import type { Actor, Person } from './actor.ts'
import { commandRules } from './commands.ts'
import { type World, type Written, guest, newStart, okOf, openWorld, textIn } from './testing/world.ts'

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of tables that are written here
const namesOf = <Name extends string>(table: Readonly<Record<Name, unknown>>) => Object.keys(table) as Name[]

type Expected = 'ok' | ErrorCode
type Kind = 'public' | 'private' | 'direct'

/** In a room, by role: inside it, then outside it. `owner`: of the room. `server…`: the owner of the server. */
const roles = [
  'member',
  'owner',
  'serverOwner',
  'outsider',
  'exMember',
  'serverOutside',
  'deactivated',
  'guest',
] as const
type Role = (typeof roles)[number]

const ok = { member: 'ok', owner: 'ok', serverOwner: 'ok' } as const
const keepers = { member: 'forbidden', owner: 'ok', serverOwner: 'ok' } as const
const nobody = { member: 'forbidden', owner: 'forbidden', serverOwner: 'forbidden' } as const

type RoomRow = {
  readonly named: Readonly<Record<'member' | 'owner' | 'serverOwner', Expected>>
  readonly direct: Readonly<Record<'member' | 'serverOwner', Expected>>
  /** For those who have no seat; without it a public room is forbidden, and any other is not there. */
  readonly outside?: Readonly<Record<Kind, Expected>>
}

const everywhere = { public: 'ok', private: 'ok', direct: 'ok' } as const

const inRooms = {
  send: { named: ok, direct: ok },
  // Of what somebody else wrote.
  edit: { named: nobody, direct: nobody },
  delete: { named: keepers, direct: keepers },
  react: { named: ok, direct: ok },
  // Touches nothing but the author's own ids, and says nothing of the room.
  cancel: { named: ok, direct: ok, outside: everywhere },
  join: { named: ok, direct: ok, outside: { public: 'ok', private: 'not_found', direct: 'not_found' } },
  // Who is not there has left: the same answer, whether there is such a room or not.
  leave: { named: ok, direct: nobody, outside: everywhere },
  invite: { named: ok, direct: nobody },
  remove: { named: keepers, direct: nobody },
  rename: { named: keepers, direct: nobody },
  topic: { named: ok, direct: nobody },
  visibility: { named: keepers, direct: nobody },
  read: { named: ok, direct: ok },
  unread: { named: ok, direct: ok },
  createInvite: { named: ok, direct: nobody },
} as const satisfies Partial<Record<CommandName, RoomRow>>
type InRooms = keyof typeof inRooms

type OwnRow = Readonly<Record<'member' | 'serverOwner' | 'deactivated' | 'guest', Expected>>
const people: OwnRow = { member: 'ok', serverOwner: 'ok', deactivated: 'unauthenticated', guest: 'unauthenticated' }
const owners: OwnRow = { ...people, member: 'forbidden' }
const anybody: OwnRow = { member: 'ok', serverOwner: 'ok', deactivated: 'ok', guest: 'ok' }

const ofOneself = {
  createRoom: people,
  openDirect: people,
  profile: people,
  changePassword: people,
  endSession: people,
  createToken: people,
  endToken: people,
  endInvite: people,
  createReset: owners,
  deactivate: owners,
  reactivate: owners,
  serverSettings: owners,
  setUp: {
    member: 'already_set_up',
    serverOwner: 'already_set_up',
    deactivated: 'already_set_up',
    guest: 'already_set_up',
  },
  signUp: anybody,
  signIn: anybody,
  resetPassword: anybody,
} as const satisfies Partial<Record<CommandName, OwnRow>>
type OfOneself = keyof typeof ofOneself

test('[faults S2] no command is missing from the table', () => {
  const listed = [...Object.keys(inRooms), ...Object.keys(ofOneself)]
  expect(listed.toSorted()).toEqual(Object.keys(commandRules).toSorted())
})

type Cast = {
  readonly world: World
  readonly people: Readonly<Record<Exclude<Role, 'guest'> | 'other' | 'fresh', Person>>
}

async function castOf(): Promise<Cast> {
  const world = await openWorld()
  const [member, owner, outsider, exMember, deactivated, other, fresh] = await Promise.all(
    ['Mina', 'Joon', 'Outside', 'Former', 'Gone', 'Other', 'Fresh'].map((name) => world.signUp(name)),
  )
  if (!member || !owner || !outsider || !exMember || !deactivated || !other || !fresh) throw new Error('all signed up')
  const server = { serverOwner: world.owner, serverOutside: world.owner }
  return { world, people: { member, owner, outsider, exMember, deactivated, other, fresh, ...server } }
}

/** A room of this kind with a message of somebody else's, in which `role` is what it says. */
async function roomFor(all: Cast, kind: Kind, role: Role): Promise<RoomId | null> {
  const { world, people: cast } = all
  if (role === 'deactivated') okOf(await world.act(world.owner, { cmd: 'reactivate', user: cast.deactivated.user }))
  const room = kind === 'direct' ? await directFor(all, role) : await namedFor(all, kind, role)
  if (role === 'deactivated') okOf(await world.act(world.owner, { cmd: 'deactivate', user: cast.deactivated.user }))
  if (room !== null) await world.send(cast.other, room, 'hello')
  return room
}

/** Nobody owns a direct room, and nobody leaves it. */
async function directFor({ world, people: cast }: Cast, role: Role): Promise<RoomId | null> {
  if (role === 'owner' || role === 'exMember') return null
  const isInside = role === 'member' || role === 'serverOwner' || role === 'deactivated'
  return world.direct(cast.other, isInside ? cast[role] : cast.owner)
}

async function namedFor({ world, people: cast }: Cast, kind: 'public' | 'private', role: Role): Promise<RoomId> {
  const room = await world.room(role === 'owner' ? cast.owner : cast.other, kind)
  const host = role === 'owner' ? cast.owner : cast.other
  const invite = async (user: UserId): Promise<unknown> => okOf(await world.act(host, { cmd: 'invite', room, user }))
  if (role === 'owner') await invite(cast.other.user)
  const wasInvited = role === 'member' || role === 'serverOwner' || role === 'exMember' || role === 'deactivated'
  if (wasInvited) await invite(cast[role].user)
  if (role === 'exMember') okOf(await world.act(host, { cmd: 'remove', room, user: cast.exMember.user }))
  return room
}

type Target = { readonly room: RoomId; readonly last: Seq; readonly cast: Cast['people'] }

const roomCommands: { readonly [Name in InRooms]: (target: Target) => Written } = {
  send: ({ room }) => ({ cmd: 'send', room, body: 'a word' }),
  edit: ({ room, last }) => ({ cmd: 'edit', room, seq: last, body: 'another' }),
  delete: ({ room, last }) => ({ cmd: 'delete', room, seq: last }),
  react: ({ room, last }) => ({ cmd: 'react', room, seq: last, emoji: '👍', isOn: true }),
  cancel: ({ room }) => ({ cmd: 'cancel', room, target: commandId('never-sent') }),
  join: ({ room }) => ({ cmd: 'join', room }),
  leave: ({ room }) => ({ cmd: 'leave', room }),
  invite: ({ room, cast }) => ({ cmd: 'invite', room, user: cast.fresh.user }),
  remove: ({ room, cast }) => ({ cmd: 'remove', room, user: cast.other.user }),
  rename: ({ room }) => ({ cmd: 'rename', room, name: 'new' }),
  topic: ({ room }) => ({ cmd: 'topic', room, topic: 'new' }),
  visibility: ({ room }) => ({ cmd: 'visibility', room, visibility: 'private' }),
  read: ({ room, last }) => ({ cmd: 'read', room, seq: last, epoch: 0 }),
  unread: ({ room }) => ({ cmd: 'unread', room, seq: seq(0) }),
  createInvite: ({ room }) => ({ cmd: 'createInvite', room, uses: 1, hours: 1 }),
}

function expectedIn({ named, direct, outside }: RoomRow, kind: Kind, role: Role): Expected {
  if (role === 'guest' || role === 'deactivated') return 'unauthenticated'
  if (role === 'outsider' || role === 'exMember' || role === 'serverOutside') {
    return outside?.[kind] ?? (kind === 'public' ? 'forbidden' : 'not_found')
  }
  if (kind !== 'direct') return named[role]
  return role === 'owner' ? 'forbidden' : direct[role]
}

test.each(['public', 'private', 'direct'] as const)('[faults S2] who may do what in a %s room', async (kind) => {
  const cast = await castOf()
  const wrong: string[] = []
  for (const cmd of namesOf(inRooms)) {
    for (const role of roles) {
      const room = await roomFor(cast, kind, role)
      if (room === null) continue
      const actor: Actor = role === 'guest' ? guest : cast.people[role]
      const last = (await cast.world.fact({ need: 'room', room }))?.lastSeq ?? seq(0)
      const command = roomCommands[cmd]({ room, last, cast: cast.people })
      const answered = await cast.world.act(actor, command)
      const expected = expectedIn(inRooms[cmd], kind, role)
      if ((answered.code ?? 'ok') !== expected) wrong.push(`${role} ${cmd}: ${answered.code ?? 'ok'}, not ${expected}`)
    }
  }
  expect(wrong).toEqual([])
})

type Asking = { readonly actor: Actor; readonly cast: Cast }

/** A fresh account for each. */
function account({ world }: Cast) {
  const name = `New${world.newId()}`
  return { handle: name.toLowerCase(), name, passwordHash: 'h', start: newStart(world) }
}

/** What this person can end: something of theirs, where they may have such a thing. */
async function made({ actor, cast }: Asking, command: Written, field: string): Promise<string> {
  const answered = await cast.world.act(actor, command)
  return answered.ok === undefined ? 'none' : textIn(answered, field)
}

const ownCommands: { readonly [Name in OfOneself]: (asking: Asking) => Promise<Written> } = {
  createRoom: async () => ({ cmd: 'createRoom', name: 'new', visibility: 'public' }),
  openDirect: async ({ cast }) => ({ cmd: 'openDirect', users: [cast.people.other.user] }),
  profile: async ({ cast }) => ({ cmd: 'profile', name: cast.world.newId() }),
  async changePassword({ actor, cast }) {
    const user = actor.is === 'guest' ? null : await cast.world.fact({ need: 'user', user: actor.user })
    return { cmd: 'changePassword', provenHash: user?.passwordHash ?? 'h', passwordHash: cast.world.newId() }
  },
  endSession: async ({ actor, cast }) => {
    return { cmd: 'endSession', session: actor.is === 'guest' ? cast.people.member.session : actor.session }
  },
  createToken: async () => ({ cmd: 'createToken', name: 'bot' }),
  endToken: async (asking) => {
    return { cmd: 'endToken', token: tokenId(await made(asking, { cmd: 'createToken', name: 'bot' }, 'token')) }
  },
  endInvite: async (asking) => {
    const create = { cmd: 'createInvite', uses: 1, hours: 1 } as const
    return { cmd: 'endInvite', invite: inviteId(await made(asking, create, 'invite')) }
  },
  createReset: async ({ cast }) => ({ cmd: 'createReset', user: cast.people.fresh.user }),
  deactivate: async ({ cast }) => ({ cmd: 'deactivate', user: cast.people.fresh.user }),
  reactivate: async ({ cast }) => ({ cmd: 'reactivate', user: cast.people.fresh.user }),
  serverSettings: async () => ({ cmd: 'serverSettings', name: 'new' }),
  async setUp({ cast }) {
    return { cmd: 'setUp', secret: cast.world.secrets.secretOf('setup', 'owner'), ...account(cast) }
  },
  signUp: async ({ cast }) => ({ cmd: 'signUp', ...account(cast) }),
  async signIn({ cast }) {
    return { cmd: 'signIn', handle: 'outside', provenHash: 'hash of Outside', start: newStart(cast.world) }
  },
  async resetPassword({ cast }) {
    const { world, people: all } = cast
    const link = await world.act(world.owner, { cmd: 'createReset', user: all.outsider.user })
    const start = newStart(world)
    return { cmd: 'resetPassword', reset: textIn(link, 'secret'), passwordHash: 'hash of Outside', start }
  },
}

test('[faults S2] who may do what with accounts, links and the server, in any order', async () => {
  const cast = await castOf()
  okOf(await cast.world.act(cast.world.owner, { cmd: 'deactivate', user: cast.people.deactivated.user }))
  const random = seededRandom(3)
  const wrong: string[] = []
  for (const cmd of namesOf(ofOneself).toSorted(() => random() - 0.5)) {
    const row: OwnRow = ofOneself[cmd]
    for (const role of ['member', 'serverOwner', 'deactivated', 'guest'] as const) {
      const actor: Actor = role === 'guest' ? guest : cast.people[role]
      const answered = await cast.world.act(actor, await ownCommands[cmd]({ actor, cast }))
      if ((answered.code ?? 'ok') !== row[role])
        wrong.push(`${role} ${cmd}: ${answered.code ?? 'ok'}, not ${row[role]}`)
      // Whatever was done to them is undone, for the next row.
      okOf(await cast.world.act(cast.world.owner, { cmd: 'reactivate', user: cast.people.fresh.user }))
    }
  }
  expect(wrong).toEqual([])
})
