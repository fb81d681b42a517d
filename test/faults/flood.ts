/** A flood: as many large messages in one room as a few people can bring through. */

import type { Room } from '../../src/client/api.ts'
import { until } from './until.ts'
import type { Villager } from './villager.ts'

export const floodBody = '가'.repeat(4_000)
/** As JSON in UTF-8, about. */
export const floodBodyBytes = 12_200

const pendingMax = 60
const patienceMs = 20_000

/** Resolves when all are acknowledged. */
export async function flood(floods: readonly Villager[], messages: number): Promise<void> {
  let sent = 0
  const pour = async (room: Room): Promise<void> => {
    while (sent < messages) {
      sent++
      await room.send(floodBody)
      const isFew = (max: number): boolean => room.pending().length <= max
      if (!isFew(pendingMax)) await until(() => isFew(pendingMax / 2), { ms: patienceMs, what: 'the flood flows' })
    }
    await until(() => room.pending().length === 0, { ms: patienceMs, what: 'the flood is acknowledged' })
  }
  await Promise.all(floods.flatMap(({ rooms }) => rooms.slice(0, 1).map(pour)))
}
