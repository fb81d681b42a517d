/** `madang flood`: makes load in one room of a running server, through the SDK, and says what became of it. */

import { parseArgs } from 'node:util'
import { newId, systemClock } from '../src/app.ts'
import { connectClient } from '../src/client/client.ts'
import { openMemoryOutbox } from '../src/client/outbox-memory.ts'
import { MadangError } from '../src/madang-error.ts'
import { roomId } from '../src/protocol/ids.ts'

const answerWaitMs = 10_000

export async function flood(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:5577/' },
      token: { type: 'string' },
      room: { type: 'string' },
      'per-second': { type: 'string', default: '5' },
      seconds: { type: 'string', default: '10' },
    },
  })
  const { token, room: roomName } = values
  const perSecond = numberOf('per-second', values['per-second'])
  const seconds = numberOf('seconds', values.seconds)
  if (token === undefined || roomName === undefined) {
    const says =
      'Usage: madang flood --token TOKEN --room ROOM [--url URL] [--per-second 5] [--seconds 10]. Make a token in the settings; a room is the last part of its address.'
    throw new MadangError('usage', says, { retryable: false })
  }
  const url = new URL('ws', values.url.replace(/^http/, 'ws')).href
  using client = connectClient({
    url,
    token,
    agent: 'madang flood',
    outbox: openMemoryOutbox(),
    clock: systemClock,
    random: Math.random,
  })
  const room = client.room(roomId(roomName))
  room.open()

  const sentAtMs = new Map<string, number>()
  const tookMs: number[] = []
  using _listening = room.on('pending', () => {
    const pending = new Set<string>(room.pending().map(({ id }) => id))
    for (const [id, atMs] of sentAtMs) {
      if (pending.has(id)) continue
      sentAtMs.delete(id)
      tookMs.push(systemClock.monotonicMs() - atMs)
    }
  })
  const run = newId()
  const total = perSecond * seconds
  for (let sent = 0; sent < total; sent++) {
    sentAtMs.set(await room.send(`flood ${run} ${sent + 1}/${total}`), systemClock.monotonicMs())
    await systemClock.sleep(1_000 / perSecond)
  }
  for (let waitedMs = 0; sentAtMs.size > 0 && waitedMs < answerWaitMs; waitedMs += 100) await systemClock.sleep(100)
  const failed = room.pending().filter(({ state }) => state.is === 'failed')
  tookMs.sort((a, b) => a - b)
  const at = (share: number): string => (tookMs[Math.floor(tookMs.length * share)] ?? Number.NaN).toFixed(1)
  console.log(
    `${total} sent, ${tookMs.length} answered, ${failed.length} refused; p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
  )
  if (failed[0]?.state.is === 'failed') console.log(`refused with: ${failed[0].state.error.message}`)
}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0 && value <= 10_000) return value
  throw new MadangError('usage', `--${name} is "${text}": it must be a number from 1 to 10000.`, { retryable: false })
}
