/** Asking for a command to be done: an answer always comes [Q4 Q7]. */

import { expect, test } from 'vitest'
import { commandId } from '../protocol/ids.ts'
import { openMemoryCommandQueue } from '../queue/memory.ts'
import { spawner } from '../spawn.ts'
import { asker, giveUpAfterMs, keyOf, lookAfterMs } from './ask.ts'
import type { Envelope } from './decide.ts'
import { holding } from './testing/test-store.ts'
import { guest, newStart, openWorld, readAnswer } from './testing/world.ts'
import { batchHandler } from './worker.ts'

async function asking({ commandsMax = 100 } = {}) {
  const world = await openWorld()
  const report = (event: string): void => void world.reports.push(event)
  const { clock, store } = world
  const queue = openMemoryCommandQueue({ commandsMax, retryAfterMs: 700 }, { clock, report })
  const ask = asker({ queue, store, clock, report, spawn: spawner(report) })
  const decide = batchHandler({ ...world, announce: async () => {}, report })
  const mina = await world.signUp('Mina')
  const room = await world.room(mina, 'private')
  const send = (body = 'hello') => world.envelope(mina, { cmd: 'send', id: commandId('m1'), room, body })
  /** Whether it has been answered by now, and how. */
  async function watched(envelope: Envelope) {
    const seen: { answer: ReturnType<typeof readAnswer> | null } = { answer: null }
    void ask(envelope).then((text) => (seen.answer = readAnswer(text)))
    await clock.advance(0)
    return seen
  }
  return { world, clock, queue, ask, decide, mina, room, send, watched }
}

const never = (): Promise<never> => new Promise(() => {})

test('[Q4] a command is done and answered', async () => {
  const { clock, queue, decide, send, watched } = await asking()
  queue.work({ batchMax: 10 }, decide)
  const seen = await watched(send())
  await clock.advance(1)
  expect(seen.answer).toEqual({ ok: { seq: 1 } })
})

test('[Q7] an answer that is lost is looked for in the store after 2 s', async () => {
  const { clock, queue, decide, send, watched } = await asking()
  queue.work({ batchMax: 10 }, async (batch) => {
    await decide(batch)
    return never()
  })
  const seen = await watched(send())
  await clock.advance(lookAfterMs - 250)
  expect(seen.answer).toBeNull()
  await clock.advance(500)
  expect(seen.answer).toEqual({ ok: { seq: 1 } })
})

test('[Q7] what is found in the store is the answer to this very command, not to another with its id', async () => {
  const { world, clock, queue, send, watched } = await asking()
  await world.batch(send('something else'))
  queue.work({ batchMax: 10 }, never)
  const seen = await watched(send())
  await clock.advance(lookAfterMs + 500)
  expect(seen.answer).toBeNull()
})

test('[Q7] kept outcomes are found, too: of commands, and of refusals; links wait for their secret', async () => {
  const { world, clock, queue, mina, room, watched } = await asking()
  const done = world.envelope(mina, { cmd: 'rename', room, name: 'new' })
  const refused = world.envelope(mina, { cmd: 'deactivate', user: world.owner.user })
  const link = world.envelope(mina, { cmd: 'createInvite', uses: 1, hours: 1 })
  await world.batch(done, refused, link)
  queue.work({ batchMax: 10 }, never)
  const [one, other, third] = [await watched(done), await watched(refused), await watched(link)]
  await clock.advance(lookAfterMs + 500)
  expect(one.answer).toEqual({ ok: { room } })
  expect(other.answer?.code).toBe('forbidden')
  expect(third.answer).toBeNull()
})

test('[Q7] nothing is known after 5 s: the outcome is unknown, and the same may be sent again', async () => {
  const { world, clock, queue, decide, send, watched } = await asking()
  const paused = holding()
  queue.work({ batchMax: 10 }, async (batch) => {
    await paused.trouble()
    return decide(batch)
  })
  const seen = await watched(send())
  await clock.advance(giveUpAfterMs - 250)
  expect(seen.answer).toBeNull()
  await clock.advance(500)
  expect(seen.answer?.error).toMatchObject({ code: 'outcome_unknown', temporary: true })
  expect(world.store.calls.load).toBeGreaterThan(0)
  // The worker was paused, and finds that it is too late [Q7].
  paused.open()
  await clock.advance(1)
  expect(world.store.column('select count(*) from messages')).toEqual([0])
})

test('[Q7] a store that cannot be asked does not keep the answer from coming', async () => {
  const { world, clock, queue, send, watched } = await asking()
  queue.work({ batchMax: 10 }, never)
  const seen = await watched(send())
  world.store.on.beforeLoad = () => {
    throw new Error('no store')
  }
  await clock.advance(giveUpAfterMs + 500)
  expect(seen.answer?.code).toBe('outcome_unknown')
  expect(world.reports).toContain('background work failed')
})

test('[Q4] a worker that fails is told at once as unknown', async () => {
  const { clock, queue, send, watched } = await asking()
  queue.work({ batchMax: 10 }, async () => {
    throw new Error('fell over')
  })
  const seen = await watched(send())
  await clock.advance(1)
  expect(seen.answer?.code).toBe('outcome_unknown')
})

test('[Q7] a command that nobody starts in time has expired, and is not done', async () => {
  const { world, clock, queue, decide, send, watched } = await asking()
  const seen = await watched(send())
  await clock.advance(1)
  // The wall clock decides for the queue.
  clock.jump(giveUpAfterMs)
  queue.work({ batchMax: 10 }, decide)
  await clock.advance(1)
  expect(seen.answer?.error).toMatchObject({ code: 'expired', temporary: true })
  expect(world.store.column('select count(*) from messages')).toEqual([0])
})

test('[faults S4] a full queue says when to try again', async () => {
  const { clock, send, watched } = await asking({ commandsMax: 0 })
  const seen = await watched(send())
  await clock.advance(1)
  expect(seen.answer?.error).toMatchObject({ code: 'overloaded', temporary: true, retryAfterMs: 700 })
})

test('[Q4] a server that stops answers what is waiting', async () => {
  const { clock, ask, send, watched } = await asking()
  const seen = await watched(send())
  await ask[Symbol.asyncDispose]()
  await clock.advance(1)
  expect(seen.answer?.code).toBe('outcome_unknown')
})

test('[G10] commands of a room share a lane, so do those of a person, and those of guests', async () => {
  const { world, mina, room, send } = await asking()
  expect(keyOf(send())).toBe(`room ${room}`)
  expect(keyOf(world.envelope(world.owner, { cmd: 'leave', room }))).toBe(`room ${room}`)
  expect(keyOf(world.envelope(mina, { cmd: 'createInvite', room, uses: 1, hours: 1 }))).toBe(`user ${mina.user}`)
  const signIn = { cmd: 'signIn', handle: 'mina', provenHash: null, start: newStart(world) } as const
  expect(keyOf(world.envelope(guest, signIn))).toBe('guests')
})
