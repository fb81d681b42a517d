import { expect, test } from 'vitest'
import { type Seq, seq, userId } from '../protocol/ids.ts'
import { manualClock } from '../testing/manual-clock.ts'
import { seededRandom } from '../testing/seeded-random.ts'
import type { Client, OutboxStorage, ShownMessage } from './api.ts'
import { connectClient } from './client.ts'
import { openMemoryOutbox } from './outbox-memory.ts'
import { room } from './testing/fake-link.ts'
import { type FakeServer, fakeServer } from './testing/fake-server.ts'

const people = [userId('anna'), userId('bert')]
const steps = 400

type Person = {
  readonly id: (typeof people)[number]
  readonly storage: OutboxStorage
  client: Client
  /** How many were begun, and those that were kept: `send` resolved. */
  begun: number
  readonly written: string[]
  readonly discarded: Set<string>
}

type World = ReturnType<typeof openWorld>

function openWorld(seed: number) {
  const random = seededRandom(seed)
  const clock = manualClock()
  const server = fakeServer(random)
  let ids = 0
  const connect = (id: Person['id'], storage: OutboxStorage): Client => {
    const client = connectClient({
      url: 'ws://test',
      outbox: storage,
      clock,
      random,
      newId: () => `${id}-${++ids}`,
      socket: () => server.socketOf(id),
      signals: () => ({ [Symbol.dispose]: () => {} }),
    })
    client.room(room).open()
    return client
  }
  const persons: Person[] = people.map((id) => {
    const storage = openMemoryOutbox()
    return { id, storage, client: connect(id, storage), begun: 0, written: [], discarded: new Set() }
  })
  const reload = (of: Person): void => {
    of.client[Symbol.dispose]()
    of.client = connect(of.id, of.storage)
  }
  return { random, clock, server, persons, reload }
}

/** Something that a person does, or that happens to them. */
async function act({ random, reload, server }: World, of: Person): Promise<void> {
  const here = of.client.room(room)
  const { messages } = here.timeline()
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  const dice = random()
  const mine = pick(messages.filter(({ author, body }) => author === of.id && body !== null))
  const any = pick(messages)
  if (dice < 0.4) {
    const body = `${of.id} ${++of.begun}`
    void keep(of, body)
  } else if (dice < 0.5 && mine !== undefined) here.edit(mine.seq, `${mine.body}!`)
  else if (dice < 0.53 && mine !== undefined) here.delete(mine.seq)
  else if (dice < 0.65 && any !== undefined) here.react(any.seq, '👍', random() < 0.6)
  else if (dice < 0.7) {
    const pending = pick(here.pending())
    if (pending !== undefined) {
      of.discarded.add(pending.body)
      here.discard(pending.id)
    }
  } else if (dice < 0.75) void here.loadOlder()
  else if (dice < 0.78 && any !== undefined) void here.loadAround(any.seq)
  else if (dice < 0.82) void here.loadNewer()
  else if (dice < 0.88) void here.loadTail()
  else if (dice < 0.9) server.post(userId('carl'), 'from outside')
  else if (dice < 0.92) server.ping()
  else if (dice < 0.93) reload(of)
  await Promise.resolve()
}

async function keep(of: Person, body: string): Promise<void> {
  await of.client.room(room).send(body)
  of.written.push(body)
}

/** What is true at every moment. */
function checkScreen(client: Client): void {
  const here = client.room(room)
  const { messages } = here.timeline()
  const [first] = messages
  messages.forEach((row, index) => {
    if (row.seq !== (first?.seq ?? 0) + index) throw new Error(`[G3] a hole or a repeat at ${row.seq}`)
  })
  const shown = new Set(messages.map(({ id }) => id))
  if (shown.size !== messages.length) throw new Error('[G2] shown twice')
  for (const { id } of here.pending()) if (shown.has(id)) throw new Error(`[G2] ${id} is shown and pending`)
}

const facts = ({ seq: at, body, reactions }: ShownMessage): string =>
  `${at} ${body} ${reactions.map(({ emoji, users }) => `${emoji} ${users.join()}`).join()}`

const truth = (server: FakeServer, at: Seq): string => {
  const row = server.messages()[at - 1]
  // As a fresh page shows it: what was put on a message before it was deleted is gone with it.
  const shown = row?.body === null ? [] : server.reactionsOf(at)
  const users = shown.toSorted((a, b) => a.rev - b.rev).map(({ user }) => user)
  return `${at} ${row?.body} ${users.length === 0 ? '' : `👍 ${users.join()}`}`
}

async function heal({ server, clock, persons }: World): Promise<void> {
  server.calm()
  for (let round = 0; round < 60; round++) {
    server.ping()
    server.settle()
    await clock.advance(2_000)
    for (const { client } of persons) if (!client.room(room).timeline().isAtTail) void client.room(room).loadTail()
  }
  server.settle()
  await clock.advance(0)
}

function checkTruth({ server }: World, { id, client, written, discarded }: Person): void {
  const { messages, isAtTail, lastSeq } = client.room(room).timeline()
  expect(isAtTail).toBe(true)
  expect(lastSeq).toBe(server.messages().length)
  expect(messages.at(-1)?.seq).toBe(server.messages().length)
  expect(messages.map(facts)).toEqual(messages.map((row) => truth(server, row.seq)))
  expect(messages.some(({ isPending }) => isPending)).toBe(false)
  expect(client.room(room).pending()).toEqual([])
  // Deleted or edited ones are known by what they begin with; deleted ones by nothing, so they are left out.
  const arrived = server.messages().flatMap(({ author, body }) => (author === id && body !== null ? [body] : []))
  const bodies = arrived.map((body) => body.replaceAll('!', ''))
  expect(new Set(bodies).size).toBe(bodies.length)
  const numbers = bodies.map((body) => Number(body.split(' ')[1]))
  expect(numbers.toSorted((a, b) => a - b)).toEqual(numbers)
  const deleted = server.messages().filter(({ author, body }) => author === id && body === null).length
  const missing = written.filter((body) => !bodies.includes(body) && !discarded.has(body))
  expect(missing.length).toBeLessThanOrEqual(deleted)
}

test('[G2 G3 G4 G5 G10] through lost links, holes, refusals and reloads everybody ends with the one truth', async () => {
  const seeds = Array.from({ length: 40 }, (_, index) => index + 1)
  for (const seed of seeds) {
    const world = openWorld(seed)
    try {
      for (let step = 0; step < steps; step++) {
        const person = world.persons[step % 2]
        if (person !== undefined && world.random() < 0.35) await act(world, person)
        else world.server.step()
        if (step % 5 === 0) await world.clock.advance(Math.floor(world.random() * 400))
        for (const { client } of world.persons) checkScreen(client)
      }
      await heal(world)
      for (const person of world.persons) checkTruth(world, person)
      for (const { client, storage } of world.persons) {
        client[Symbol.dispose]()
        expect(await storage.load()).toEqual([])
      }
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}`, { cause: error })
    }
  }
}, 60_000)

test('[G4] a snapshot and all changes after it show the same as a fresh snapshot', async () => {
  for (const seed of [101, 102, 103]) {
    const world = openWorld(seed)
    const { server, clock, persons, reload } = world
    server.calm()
    for (let step = 0; step < 200; step++) {
      for (const person of persons) if (world.random() < 0.3) await act(world, person)
      server.settle()
      await clock.advance(10)
    }
    await heal(world)
    for (const person of persons) {
      const followed = person.client.room(room).timeline().messages.slice(-10)
      reload(person)
      for (let round = 0; round < 5; round++) {
        await clock.advance(0)
        server.settle()
      }
      const fresh = person.client.room(room).timeline().messages
      // A tail that was loaded as a page may be shorter.
      const both = Math.min(fresh.length, followed.length)
      expect(fresh.slice(-both).map(facts)).toEqual(followed.slice(-both).map(facts))
      expect(fresh.length).toBe(Math.min(10, server.messages().length))
      expect(fresh.at(-1)?.seq ?? seq(0)).toBe(server.messages().length)
      person.client[Symbol.dispose]()
    }
  }
}, 60_000)
