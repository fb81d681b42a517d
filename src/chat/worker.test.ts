/** The worker: overtaken, refused and unknown commits, and what hangs together in a batch. */

import { expect, test } from 'vitest'
import { commandId, seq } from '../protocol/ids.ts'
import type { Envelope } from './decide.ts'
import { failing, holding } from './testing/test-store.ts'
import { okOf, openWorld, readAnswer, timePassing } from './testing/world.ts'
import { batchHandler } from './worker.ts'

async function twoRooms() {
  const world = await openWorld()
  const [mina, joon] = [await world.signUp('Mina'), await world.signUp('Joon')]
  const [here, there] = [await world.room(mina, 'private'), await world.room(joon, 'private')]
  return { world, mina, joon, here, there }
}

/** What `meanwhile` does is done between the facts of the next batch and its commit. */
function overtakenBy(world: Awaited<ReturnType<typeof openWorld>>, meanwhile: () => Promise<unknown>): void {
  world.store.on.beforeCommit = async () => {
    world.store.on.beforeCommit = () => {}
    await meanwhile()
  }
}

test('[G1] nothing is answered or announced before it is on disk', async () => {
  const { world, mina, here } = await twoRooms()
  const paused = holding()
  world.store.on.beforeCommit = paused.trouble
  const { length } = world.announced
  let isAnswered = false
  const sending = world.send(mina, here, 'hello').then(() => (isAnswered = true))
  await paused.held
  await new Promise((resolve) => setImmediate(resolve))
  expect([isAnswered, world.announced.length - length]).toEqual([false, 0])
  paused.open()
  await sending
  expect(world.announced.length - length).toBe(1)
})

test('[G4] what is on disk is announced before it is answered', async () => {
  const { world, mina, here } = await twoRooms()
  const announcing = holding()
  const handle = batchHandler({ ...world, announce: async () => announcing.trouble(), report: () => {} })
  const send = world.envelope(mina, { cmd: 'send', room: here, body: 'hello' })
  let isAnswered = false
  const answering = handle([{ key: 'k', body: JSON.stringify(send), expiresAtMs: Infinity }]).then(
    () => (isAnswered = true),
  )
  await announcing.held
  await new Promise((resolve) => setImmediate(resolve))
  expect(isAnswered).toBe(false)
  announcing.open()
  await answering
})

test('[G3] a unit that was overtaken is decided again, and its neighbours commit once', async () => {
  const { world, mina, joon, here, there } = await twoRooms()
  overtakenBy(world, () => world.send(mina, here, 'first'))
  const answers = await world.batch(
    world.envelope(mina, { cmd: 'send', room: here, body: 'second' }),
    world.envelope(joon, { cmd: 'send', room: there, body: 'alone' }),
  )
  expect(answers).toEqual([{ ok: { seq: 2 } }, { ok: { seq: 1 } }])
  expect(world.store.column('select body from messages order by room_id, seq')).toEqual(['first', 'second', 'alone'])
  expect(
    world.announced.filter((change) => 'room' in change && change.room === there && change.lastSeq === 1),
  ).toHaveLength(1)
})

test('[Q6] a unit that the store refuses does not spoil the others', async () => {
  const { world, mina, joon, here, there } = await twoRooms()
  const { commit } = world.store
  Object.assign(world.store, {
    // As if the store could not hold a certain body.
    commit: async (units: Parameters<typeof commit>[0]) =>
      commit(
        units.map((unit) => {
          const isBad = unit.puts.some((put) => put.put === 'message' && put.record.body === 'poison')
          return isBad ? { ...unit, advances: unit.advances.map((each) => ({ ...each, to: each.from })) } : unit
        }),
      ),
  })
  const answers = await world.batch(
    world.envelope(mina, { cmd: 'send', room: here, body: 'good' }),
    world.envelope(mina, { cmd: 'send', room: here, body: 'poison' }),
    world.envelope(mina, { cmd: 'send', room: here, body: 'good too' }),
    world.envelope(joon, { cmd: 'send', room: there, body: 'elsewhere' }),
  )
  expect(answers.map(({ ok, code }) => code ?? ok)).toEqual([{ seq: 1 }, 'internal', { seq: 2 }, { seq: 1 }])
  expect(world.reports).toContain('store refused a unit')
})

test('[Q6] a command that cannot even be decided does not spoil the others', async () => {
  const { world, mina, here } = await twoRooms()
  const send = (body: string): Envelope => world.envelope(mina, { cmd: 'send', room: here, body })
  // No door lets this through.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- broken on purpose
  const broken = { ...send('broken'), command: { ...send('x').command, body: null } } as unknown as Envelope
  const answers = await world.batch(send('one'), broken, send('two'))
  expect(answers.map(({ ok, code }) => code ?? ok)).toEqual([{ seq: 1 }, 'internal', { seq: 2 }])
})

test('[G2] a commit that took effect but failed to say so is not done twice', async () => {
  const { world, mina, here } = await twoRooms()
  world.store.on.afterCommit = failing(1)
  const edit = world.envelope(mina, { cmd: 'topic', room: here, topic: 'new' })
  const send = world.envelope(mina, { cmd: 'send', room: here, body: 'once' })
  expect(await timePassing(world.clock, world.batch(send, edit, send))).toEqual([
    { ok: { seq: 1 } },
    { ok: { room: here } },
    { ok: { seq: 1 } },
  ])
  expect(world.store.column('select body from messages')).toEqual(['once'])
  expect(world.reports).toContain('commit failed')
})

test('[G1] a commit that had no effect is done again', async () => {
  const { world, mina, here } = await twoRooms()
  world.store.on.beforeCommit = failing(2)
  const send = world.envelope(mina, { cmd: 'send', room: here, body: 'once' })
  expect(await timePassing(world.clock, world.batch(send))).toEqual([{ ok: { seq: 1 } }])
})

test('[Q4] what the store does not take at all is answered as unknown, what it did take as done', async () => {
  const { world, mina, joon, here, there } = await twoRooms()
  const { commit } = world.store
  let commits = 0
  const keepsMoving = async (units: Parameters<typeof commit>[0]) => {
    const answers = await commit(
      units.filter(({ advances }) => advances.some((at) => 'room' in at && at.room === there)),
    )
    let next = 0
    commits++
    return units.map(({ advances }) =>
      advances.some((at) => 'room' in at && at.room === there) ? (answers[next++] ?? { is: 'stale' }) : { is: 'stale' },
    )
  }
  Object.assign(world.store, { commit: keepsMoving })
  const answers = await world.batch(
    world.envelope(mina, { cmd: 'send', room: here, body: 'never' }),
    world.envelope(joon, { cmd: 'send', room: there, body: 'done' }),
  )
  expect(answers.map(({ ok, code }) => code ?? ok)).toEqual(['outcome_unknown', { seq: 1 }])
  expect(commits).toBeLessThan(10)
})

test('[G9] a refusal that stood on an overtaken removal is decided again, and not kept', async () => {
  const { world, mina, joon, here } = await twoRooms()
  const sora = await world.signUp('Sora')
  okOf(await world.act(mina, { cmd: 'invite', room: here, user: joon.user }))
  okOf(await world.act(mina, { cmd: 'invite', room: here, user: sora.user }))
  // Mina leaves before her removal of Joon is written, and owns the room no more.
  overtakenBy(world, () => world.act(mina, { cmd: 'leave', room: here }))
  const words = world.envelope(joon, { cmd: 'send', id: commandId('words'), room: here, body: 'still here' })
  const answers = await world.batch(world.envelope(mina, { cmd: 'remove', room: here, user: joon.user }), words)
  expect(answers.map(({ ok, code }) => code ?? ok)).toEqual(['not_found', { seq: 1 }])
  expect(await world.batch(words)).toEqual([{ ok: { seq: 1 } }])
})

test('[G9] a command that changed nothing, because of one that was overtaken, is decided again', async () => {
  const { world, mina, joon, here } = await twoRooms()
  okOf(await world.act(mina, { cmd: 'invite', room: here, user: joon.user }))
  await world.send(joon, here, 'to be deleted')
  overtakenBy(world, () => world.act(mina, { cmd: 'leave', room: here }))
  const [removal, own] = await world.batch(
    world.envelope(mina, { cmd: 'delete', room: here, seq: seq(1) }),
    world.envelope(joon, { cmd: 'delete', room: here, seq: seq(1) }),
  )
  // Had the second been answered with the first, its message would still be there.
  expect([removal?.code, own?.ok]).toEqual(['not_found', { seq: 1 }])
  expect(world.store.column('select body from messages')).toEqual([null])
})

test('[G6] a command of somebody who is deactivated in the same batch is refused, whatever becomes of it', async () => {
  const { world, mina, here } = await twoRooms()
  const answers = await world.batch(
    world.envelope(world.owner, { cmd: 'deactivate', user: mina.user }),
    world.envelope(mina, { cmd: 'send', room: here, body: 'too late' }),
  )
  expect(answers.map(({ code }) => code ?? 'ok')).toEqual(['ok', 'unauthenticated'])
})

test('[G6] somebody who was deactivated by another worker is found out, although this one knew them', async () => {
  const { world, mina, here } = await twoRooms()
  await world.send(mina, here, 'known by now')
  const other = openOtherWorker(world)
  okOf(await other(world.envelope(world.owner, { cmd: 'deactivate', user: mina.user })))
  expect((await world.act(mina, { cmd: 'send', room: here, body: 'too late' })).code).toBe('unauthenticated')
})

test('[G6] somebody who was removed by another worker is found out, whatever this one has learned since', async () => {
  const { world, mina, joon, here } = await twoRooms()
  okOf(await world.act(mina, { cmd: 'invite', room: here, user: joon.user }))
  await world.send(joon, here, 'known by now')
  const other = openOtherWorker(world)
  okOf(await other(world.envelope(mina, { cmd: 'remove', room: here, user: joon.user })))
  // Another command makes this worker load the room, but not whom it lost.
  okOf(await world.act(mina, { cmd: 'topic', room: here, topic: 'who is here?' }))
  expect((await world.act(joon, { cmd: 'send', room: here, body: 'too late' })).code).toBe('not_found')
})

function openOtherWorker(world: Awaited<ReturnType<typeof openWorld>>) {
  const handle = batchHandler({ ...world, announce: async () => {}, report: () => {} })
  return async (envelope: Envelope) => {
    const [text = ''] = await handle([{ key: 'k', body: JSON.stringify(envelope), expiresAtMs: Infinity }])
    return readAnswer(text)
  }
}
