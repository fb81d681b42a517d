/** Every command, query and frame, with every field missing, wrong, too long and strange [faults S2 S5 S11]. */

import { expect, test } from 'vitest'
import { seededRandom } from '../testing/seeded-random.ts'
import { Refusal } from './check.ts'
import { checkCommand, guestCommandChecks, laneOf, ownCommandChecks, roomCommandChecks } from './commands.ts'
import { type RefusedInput, checkClientFrame } from './frames.ts'
import { limits } from './limits.ts'
import { checkQuery } from './queries.ts'

type Fields = Readonly<Record<string, unknown>>

const password = 'long enough'
const secret = 'abcdefgh.code'

/** A good one of each; the first list may be left out. */
const commands: Readonly<Record<string, { readonly maybe?: readonly string[]; readonly good: Fields }>> = {
  send: { maybe: ['replyTo'], good: { room: 'r', body: 'hello', replyTo: 1 } },
  edit: { good: { room: 'r', seq: 1, body: 'hello' } },
  delete: { good: { room: 'r', seq: 1 } },
  react: { good: { room: 'r', seq: 1, emoji: '👍', isOn: true } },
  cancel: { good: { room: 'r', target: 'c' } },
  join: { good: { room: 'r' } },
  leave: { good: { room: 'r' } },
  invite: { good: { room: 'r', user: 'u' } },
  remove: { good: { room: 'r', user: 'u' } },
  rename: { good: { room: 'r', name: 'yard' } },
  topic: { good: { room: 'r', topic: '' } },
  visibility: { good: { room: 'r', visibility: 'public' } },
  createRoom: { maybe: ['topic'], good: { name: 'yard', visibility: 'private', topic: 'talk' } },
  openDirect: { good: { users: ['u', 'v'] } },
  read: { good: { room: 'r', seq: 0, epoch: 0 } },
  unread: { good: { room: 'r', seq: 0 } },
  profile: { good: { name: '미나' } },
  changePassword: { good: { old: 'x', new: password } },
  endSession: { good: { session: 's' } },
  createToken: { good: { name: 'bot' } },
  endToken: { good: { token: 't' } },
  createInvite: { maybe: ['room'], good: { room: 'r', uses: 1, hours: 24 } },
  endInvite: { good: { invite: 'i' } },
  createReset: { good: { user: 'u' } },
  deactivate: { good: { user: 'u' } },
  reactivate: { good: { user: 'u' } },
  serverSettings: { maybe: ['name', 'openSignUp'], good: { name: 'yard', openSignUp: false } },
  setUp: { maybe: ['server'], good: { secret, handle: 'mina', name: 'Mina', password, server: 'yard' } },
  signUp: { maybe: ['invite'], good: { invite: secret, handle: 'mina', name: 'Mina', password } },
  signIn: { good: { handle: 'mina', password: 'x' } },
  resetPassword: { good: { reset: secret, password } },
}

const queries: typeof commands = {
  history: { good: { room: 'r', limit: 10, before: 5 } },
  members: { maybe: ['after'], good: { room: 'r', after: 'u' } },
  users: { good: { ids: ['u'] } },
  people: { maybe: ['after'], good: { after: 'u' } },
  publicRooms: { maybe: ['after'], good: { after: 'r' } },
  sessions: { good: {} },
  tokens: { good: {} },
  invites: { good: {} },
}

const frames: typeof commands = {
  hello: { maybe: ['token', 'agent'], good: { token: 't', agent: 'a' } },
  follow: { good: { room: 'r', rev: 0 } },
  unfollow: { good: { room: 'r' } },
  do: { good: { commands: [{ id: 'c', cmd: 'join', room: 'r' }] } },
  query: { good: { id: 'q', query: { query: 'tokens' } } },
  typing: { good: { room: 'r' } },
  watch: { good: { users: ['u'] } },
  ping: { good: {} },
  pong: { good: {} },
}

const allChecks: Readonly<Record<string, (value: unknown) => unknown>> = {
  ...roomCommandChecks,
  ...ownCommandChecks,
  ...guestCommandChecks,
}

function checkOf(cmd: string): (value: unknown) => unknown {
  const check = allChecks[cmd]
  if (check === undefined) throw new Error(`no command ${cmd}`)
  return check
}

type Case = {
  readonly name: string
  readonly good: Fields
  readonly maybe: readonly string[]
  readonly check: (value: unknown) => unknown
}

const cases: readonly Case[] = [
  ...Object.entries(commands).map(([cmd, { good, maybe = [] }]) => ({
    name: `command ${cmd}`,
    good: { id: 'c1', cmd, ...good },
    maybe,
    check: checkOf(cmd),
  })),
  ...Object.entries(queries).map(([query, { good, maybe = [] }]) => ({
    name: `query ${query}`,
    good: { query, ...good },
    maybe,
    check: checkQuery,
  })),
  ...Object.entries(frames).map(([type, { good, maybe = [] }]) => ({
    name: `frame ${type}`,
    good: { type, ...good },
    maybe,
    check: checkClientFrame,
  })),
]

type Told = { readonly path: string; readonly code: string; readonly limit?: string | undefined }

/** The refusal of a value, also where a frame carries it; null: it was let through. */
function refusalIn(value: unknown): Told | null {
  if (value instanceof Refusal) return value
  if (typeof value !== 'object' || value === null || !('refused' in value)) return null
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- RefusedInput of frames.ts
  const { refused } = value as RefusedInput
  return { ...refused, path: refused.field ?? '' }
}

function refusalOf(value: unknown): Told {
  const refusal = refusalIn(value)
  if (refusal === null) throw new Error(`let through: ${JSON.stringify(value)}`)
  return refusal
}

test('no command is missing here', () => {
  expect(Object.keys(commands).toSorted()).toEqual(Object.keys(allChecks).toSorted())
  const ofPeople = Object.keys({ ...roomCommandChecks, ...ownCommandChecks })
  for (const cmd of ofPeople) expect(checkCommand({ id: 'c1', cmd, ...commands[cmd]?.good })).toMatchObject({ cmd })
  for (const cmd of Object.keys(guestCommandChecks)) {
    expect(refusalOf(checkCommand({ id: 'c1', cmd, ...commands[cmd]?.good })).path).toBe('cmd')
  }
})

test.each(cases)('$name is let through as it is, and again', ({ good, check, maybe }) => {
  expect(check(good)).toEqual(good)
  expect(check(JSON.parse(JSON.stringify(check(good))))).toEqual(good)
  const least = Object.fromEntries(Object.entries(good).filter(([field]) => !maybe.includes(field)))
  expect(check(least)).toEqual(least)
})

const wrong: readonly unknown[] = [
  null,
  0.5,
  -1,
  1e21,
  'x\0',
  '\ud800',
  {},
  [],
  [[]],
  true,
  '',
  ' ',
  'a'.repeat(5_000),
  { toString: 1 },
]

test.each(cases)('$name names each field that is missing, wrong or unknown', ({ good, check, maybe }) => {
  for (const field of Object.keys(good)) {
    const { [field]: _, ...without } = good
    // The field that tells what it is is missed by its checker's name.
    const isMissed = refusalIn(check(without))?.path.split('.')[0] === field
    expect([field, isMissed]).toEqual([field, !maybe.includes(field)])
    // Some of these are good for some fields; the others are refused for this field's sake.
    const refusals = wrong.flatMap((value) => refusalIn(check({ ...good, [field]: value })) ?? [])
    expect(new Set(refusals.map(({ path }) => path.split('.')[0]))).toEqual(new Set([field]))
    expect(refusalIn(check({ ...good, [field]: undefined }))?.path).toBe(field)
  }
  for (const more of ['more', '__proto__', 'constructor', 'userId', 'isAdmin', 'seq2']) {
    const value: unknown = JSON.parse(`${JSON.stringify(good).slice(0, -1)},"${more}":{"a":1}}`)
    expect(refusalOf(check(value)).path).toBe(more)
  }
  for (const value of [null, 'x', 1, [], [good]]) expect(check(value)).toBeInstanceOf(Refusal)
})

const tooLong: readonly (readonly [cmd: string, field: string, limit: keyof typeof limits])[] = [
  ['send', 'body', 'bodyCharsMax'],
  ['edit', 'body', 'bodyCharsMax'],
  ['react', 'emoji', 'emojiCharsMax'],
  ['rename', 'name', 'roomNameCharsMax'],
  ['createRoom', 'name', 'roomNameCharsMax'],
  ['topic', 'topic', 'topicCharsMax'],
  ['profile', 'name', 'nameCharsMax'],
  ['createToken', 'name', 'nameCharsMax'],
  ['changePassword', 'new', 'passwordCharsMax'],
  ['signIn', 'password', 'passwordCharsMax'],
  ['signUp', 'handle', 'handleCharsMax'],
]

test.each(tooLong)('%s: a %s beyond its limit names %s', (cmd, field, limit) => {
  const check = checkOf(cmd)
  const with_ = (chars: number): unknown => check({ id: 'c', cmd, ...commands[cmd]?.good, [field]: '가'.repeat(chars) })
  expect(with_(limits[limit])).not.toBeInstanceOf(Refusal)
  expect(refusalOf(with_(limits[limit] + 1))).toMatchObject({ path: field, code: 'too_long', limit })
})

const ids = (count: number) => Array.from({ length: count }, (_, index) => `u${index}`)

test('lists beyond their limit name it', () => {
  const direct = { id: 'c', cmd: 'openDirect', users: ids(limits.directMembersMax) }
  expect(refusalOf(checkCommand(direct))).toMatchObject({ path: 'users', limit: 'directMembersMax' })
  const users = { query: 'users', ids: ids(limits.usersPageMax + 1) }
  expect(refusalOf(checkQuery(users))).toMatchObject({ path: 'ids', limit: 'usersPageMax' })
  const watch = { type: 'watch', users: ids(limits.watchedUsersMax + 1) }
  expect(refusalOf(checkClientFrame(watch))).toMatchObject({ path: 'users', limit: 'watchedUsersMax' })
  const many = ids(limits.commandsPerFrameMax + 1).map((id) => ({ id, cmd: 'join', room: 'r' }))
  expect(refusalOf(checkClientFrame({ type: 'do', commands: many }))).toMatchObject({ limit: 'commandsPerFrameMax' })
  expect(refusalOf(checkQuery({ query: 'history', room: 'r', limit: 101, before: 1 })).path).toBe('limit')
  const two = { query: 'history', room: 'r', limit: 1, after: 1, before: 2 }
  expect(refusalOf(checkQuery(two)).path).toBe('before')
})

const handleOf = (handle: unknown): unknown => {
  const checked = guestCommandChecks.signIn({ id: 'c', cmd: 'signIn', handle, password: 'x' })
  return checked instanceof Refusal ? null : checked.handle
}

test('[faults S14] a handle is one name: lower case, composed, visible', () => {
  expect(handleOf(' Mina.Kim-1_2 ')).toBe('mina.kim-1_2')
  expect(handleOf('미나'.normalize('NFD'))).toBe('미나')
  expect(handleOf('É')).toBe('é')
  for (const bad of [
    '',
    '.mina',
    '-mina',
    'mi na',
    'mina@x',
    'm\u200bina',
    '\u3164',
    'a\u115f',
    'mi\u202ena',
    '<b>',
    null,
    1,
  ]) {
    expect(handleOf(bad)).toBeNull()
  }
  const once = Array.from({ length: 0x3000 }, (_, code) => handleOf(`a${String.fromCodePoint(code)}`))
  const kept = once.filter((each) => each !== null)
  expect(kept.length).toBeGreaterThan(5_000)
  expect(kept.map(handleOf)).toEqual(kept)
})

test('[G10] commands of a room share its lane, all others their author\u2019s', () => {
  for (const [cmd, { good }] of Object.entries(commands)) {
    const isOfRoom = Object.hasOwn(roomCommandChecks, cmd)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- was let through above
    expect(laneOf({ id: 'c', cmd, ...good } as never)).toBe(isOfRoom ? 'r' : null)
  }
})

test.each([1, 2, 3])('[faults S5] no input throws, and what is let through is as it was checked (seed %i)', (seed) => {
  const random = seededRandom(seed)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- of a list that is not empty
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const changedByAnotherCheck: unknown[] = []
  const odd = [...wrong, 'r', 1, Number.NaN, Infinity, -0, '가'.repeat(41), 'public', '__proto__', undefined]
  for (let round = 0; round < 4_000; round++) {
    const { good, check } = pick(cases)
    const value: Record<string, unknown> = { ...good }
    for (let change = 0; change <= random() * 3; change++) {
      const field = random() < 0.9 ? pick(Object.keys(good)) : pick(['extra', 'constructor', 'then'])
      if (random() < 0.2) delete value[field]
      else value[field] = random() < 0.2 ? { [pick(Object.keys(good))]: pick(odd) } : pick(odd)
    }
    const checked = check(value)
    // What was refused inside a frame is told with it.
    const isGood = !(checked instanceof Refusal) && !JSON.stringify(checked).includes('"refused"')
    if (isGood && check(checked) instanceof Refusal) changedByAnotherCheck.push(checked)
  }
  expect(changedByAnotherCheck).toEqual([])
})
