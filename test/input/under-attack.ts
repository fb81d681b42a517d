/** A server that tests mistreat, and what must hold whatever they do: nobody else notices, and nothing of it stays. */

import { type Bystander, openBystander, quantile } from '../faults/bystander.ts'
import { isAlive } from '../faults/full-disk.ts'
import { grownMiB, residentMiB } from '../faults/memory.ts'
import { type Person, type Village, openVillage } from '../faults/village.ts'
import type { RoomId } from '../../src/protocol/ids.ts'
import type { TestServer } from '../server.ts'

export type UnderAttack = AsyncDisposable & {
  readonly server: TestServer
  readonly village: Village
  /** A room of the village, and one that the bystanders talk in. */
  readonly room: RoomId
  /** Somebody who has not been given out before: people have limits, and tests are not to use up each other's. */
  readonly somebody: () => Person
  /** What was done to anybody else, in words: nothing, when the same process still serves and nobody has noticed. */
  readonly harm: () => Promise<readonly string[]>
}

/** What a heap may keep of a burst: V8 gives it back late. */
const grownMiBMax = 160
/** On two cores that the attacker shares. */
const latencyMsMax = 1_500

export async function openUnderAttack(env: Readonly<Record<string, string>> = {}): Promise<UnderAttack> {
  const opened = await openVillage({ env })
  const { server, village } = opened
  const [speaker, listener, ...others] = village.people
  const [room, elsewhere] = village.rooms
  if (!speaker || !listener || !room || !elsewhere) throw new Error('no village')
  const bystander: Bystander = await openBystander(server, { speaker, listener, room: elsewhere })
  const { pid } = server
  const before = residentMiB(pid)
  let given = 0
  return {
    server,
    village,
    room,
    somebody() {
      const person = others[given++]
      if (person === undefined) throw new Error('everybody of the village was given out')
      return person
    },
    async harm() {
      await bystander.hear(1)
      const p99Ms = quantile(bystander.takeLatencies(), 0.99)
      const grown = grownMiB(pid, before) ?? 0
      return [
        ...(bystander.drops() === 0 ? [] : [`the bystanders lost ${bystander.drops()} links`]),
        ...(server.pid === pid && isAlive(pid) ? [] : [`the process ${pid} is gone`]),
        ...(p99Ms < latencyMsMax ? [] : [`the bystanders waited ${p99Ms} ms`]),
        // Every report of the server goes there: an input that made it fail inside would be told.
        ...(server.log === '' ? [] : [`the server says: ${server.log}`]),
        ...(grown < grownMiBMax ? [] : [`the server has grown by ${grown} MiB`]),
      ]
    },
    async [Symbol.asyncDispose]() {
      await bystander[Symbol.asyncDispose]()
      await opened[Symbol.asyncDispose]()
    },
  }
}
