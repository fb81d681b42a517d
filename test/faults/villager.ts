/** A person of the village at a keyboard: the real SDK over a real socket, and hands that type what chance says. */

import { systemClock } from '../../src/app.ts'
import type { Client, Room } from '../../src/client/api.ts'
import { connectClient } from '../../src/client/client.ts'
import { openMemoryOutbox } from '../../src/client/outbox-memory.ts'
import { type OpenSocket, type Signal, platformSocket } from '../../src/client/platform.ts'
import { type RoomId, type UserId, userId } from '../../src/protocol/ids.ts'
import type { Random } from '../../src/random.ts'
import type { Journal } from './journal.ts'
import type { Person } from './village.ts'

export type Villager = Disposable & {
  readonly user: UserId
  readonly handle: string
  readonly client: Client
  readonly rooms: readonly Room[]
  /** One thing that people do, in a room by chance. */
  readonly act: (random: Random) => Promise<void>
  /** What the window or the network tells: a look at the page. */
  readonly signal: (signal: Signal) => void
}

export type VillagerOptions = {
  /** The server's address, or that of a proxy before it. */
  readonly url: string
  readonly rooms: readonly RoomId[]
  readonly journal: Journal
  readonly socket?: OpenSocket
}

const words = [
  '안녕하세요',
  '점심',
  'ship it',
  '네 👍',
  '회의는 세 시예요',
  'deploy',
  '비가 와요 ☔',
  '고마워요!',
  'ok',
  '한글',
]
const emojis = ['👍', '🍜', '❤️', '😂']
const random01 = Math.random

export function openVillager(person: Person, { url, rooms, journal, socket }: VillagerOptions): Villager {
  const signals = new Set<(signal: Signal) => void>()
  const client = connectClient({
    url: new URL('ws', url.replace(/^http/, 'ws')).href,
    token: person.token,
    agent: 'faults',
    outbox: openMemoryOutbox(),
    socket: journal.tap(person.user, socket ?? platformSocket),
    clock: systemClock,
    random: random01,
    signals(listen) {
      signals.add(listen)
      return { [Symbol.dispose]: () => void signals.delete(listen) }
    },
  })
  const opened = rooms.map((id) => client.room(id))
  for (const room of opened) room.open()
  const user = userId(person.user)
  let said = 0

  const act = async (random: Random): Promise<void> => {
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
    const room = pick(opened)
    if (room === undefined) return
    const text = (): string => `${pick(words)} ${person.handle} ${++said}`
    const { messages } = room.timeline()
    const mine = pick(messages.filter(({ author, body }) => author === user && body !== null))
    const any = pick(messages.slice(-20))
    const chance = random()
    if (chance < 0.15 && mine !== undefined) return room.edit(mine.seq, text())
    if (chance < 0.2 && mine !== undefined) return room.delete(mine.seq)
    if (chance < 0.4 && any !== undefined) return room.react(any.seq, pick(emojis) ?? '👍', random() < 0.7)
    journal.type(user, room.id, await room.send(text()))
  }

  return {
    user,
    handle: person.handle,
    client,
    rooms: opened,
    act,
    signal: (signal) => signals.forEach((listen) => listen(signal)),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

export const isOnline = ({ client }: Villager): boolean => client.link().is === 'online'

/** Sends that are not shown as sent yet, failed ones too. */
export const pendingOf = ({ rooms }: Villager): number =>
  rooms.reduce((count, room) => count + room.pending().length, 0)
