/** Frames that are nearly right: valid ones, changed by chance in their structure and in their text. */

import type { Random } from '../../src/random.ts'

export type Frames = { readonly room: string; readonly user: string }

/** One of each kind of frame, command and query. `@` in an id is for a number. */
export function validFrames({ room, user }: Frames): readonly unknown[] {
  const commands = [
    { cmd: 'send', room, body: '안녕하세요', replyTo: 1 },
    { cmd: 'edit', room, seq: 1, body: '고친 말' },
    { cmd: 'delete', room, seq: 2 },
    { cmd: 'react', room, seq: 1, emoji: '👍', isOn: true },
    { cmd: 'cancel', room, target: 'never-sent' },
    { cmd: 'topic', room, topic: '주제' },
    { cmd: 'invite', room, user },
    { cmd: 'join', room },
    { cmd: 'createRoom', name: '새 방', visibility: 'private', topic: '' },
    { cmd: 'openDirect', users: [user] },
    { cmd: 'read', room, seq: 1, epoch: 0 },
    { cmd: 'unread', room, seq: 1 },
    { cmd: 'profile', name: '이름' },
    { cmd: 'createToken', name: 'fuzz' },
    { cmd: 'endToken', token: 'x' },
    { cmd: 'createInvite', room, uses: 1, hours: 1 },
    { cmd: 'serverSettings', name: '마당' },
    { cmd: 'reactivate', user },
  ]
  const queries = [
    { query: 'history', room, limit: 10, before: 100 },
    { query: 'members', room, after: user },
    { query: 'users', ids: [user] },
    { query: 'people' },
    { query: 'publicRooms', after: room },
    { query: 'sessions' },
    { query: 'invites' },
  ]
  return [
    { type: 'follow', room, rev: 0 },
    { type: 'follow', room: null, rev: 1 },
    { type: 'unfollow', room },
    { type: 'typing', room },
    { type: 'watch', users: [user] },
    { type: 'ping' },
    { type: 'pong' },
    ...commands.map((command, index) => ({ type: 'do', commands: [{ id: `c${index}-@`, ...command }] })),
    ...queries.map((query, index) => ({ type: 'query', id: `q${index}-@`, query })),
  ]
}

/** A frame as text, mostly with a change or two, mostly JSON still. Its ids are made new by `number`. */
export function mutated(frame: unknown, number: number, random: Random): string {
  let value = structuredClone(frame)
  for (let chance = random(); chance < 0.8; chance += 0.5) value = withChange(value, random)
  const text = (JSON.stringify(value) ?? '').replaceAll('@', String(number))
  return random() < 0.02 ? withTypo(text, random) : text
}

const strange: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  '',
  ' ',
  '0',
  'x'.repeat(5_000),
  '가'.repeat(4_000),
  '\0',
  '\uD800',
  '\u202E',
  '../../etc',
  "'; drop table messages; --",
  '%s%n',
  '__proto__',
  'constructor',
  [],
  [[[[[]]]]],
  {},
  { __proto__: null, toString: 1 },
  { $gt: '' },
  Array(300).fill('x'),
]
const tags = ['type', 'cmd', 'query', 'id']
const strangeKeys = ['__proto__', 'constructor', 'toString', 'type', 'cmd', 'id', 'room', 'isAdmin', '', '가']

/** Changes one place, at the top or deeper. */
function withChange(value: unknown, random: Random): unknown {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  if (typeof value !== 'object' || value === null) return pick(strange)
  if (Array.isArray(value)) {
    const list: unknown[] = [...value]
    const at = Math.floor(random() * list.length)
    if (random() < 0.2) list.push(list[at])
    else list[at] = withChange(list[at], random)
    return list
  }
  const entries: [string, unknown][] = Object.entries(value)
  // What chooses the check is left alone mostly: the checks behind it are more.
  const isChosen = (entry: readonly [string, unknown]): boolean => random() < 0.1 || !tags.includes(entry[0])
  const entry = pick(entries.filter(isChosen))
  const chance = random()
  if (entry === undefined || chance < 0.05) entries.push([pick(strangeKeys) ?? '', pick(strange)])
  else if (chance < 0.1) entries.splice(entries.indexOf(entry), 1)
  else if (chance < 0.15) entry[0] = pick(strangeKeys) ?? ''
  else if (chance < 0.3) entry[1] = pick(strange)
  else entry[1] = withChange(entry[1], random)
  // Not an assignment: that would take `__proto__` away from the text.
  return Object.fromEntries(entries)
}

/** One character changed, doubled or left out. */
function withTypo(text: string, random: Random): string {
  const at = Math.floor(random() * text.length)
  const character = String.fromCodePoint(32 + Math.floor(random() * 95))
  const [before, after] = [text.slice(0, at), text.slice(at + 1)]
  const chance = random()
  if (chance < 0.4) return before + character + after
  return chance < 0.7 ? before + after : before + text[at] + text[at] + after
}
