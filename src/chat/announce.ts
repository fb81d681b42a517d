/** Tells the gateways what was committed. A hint: it may be lost, and then the head check finds it [G4]. */

import type { Clock } from '../clock.ts'
import type { ChannelLayer } from '../layer/layer.ts'
import { encodeFrame } from '../protocol/codec.ts'
import type { ServerFrame } from '../protocol/frames.ts'
import type { OwnRow } from '../protocol/rows.ts'
import type { StreamEvent } from '../realtime/hub.ts'
import { toLayerMessage } from '../realtime/stream-event.ts'
import type { Report } from '../spawn.ts'
import type { Change } from './draft.ts'
import { droppedBy, ownNotes, roomNotes, roomStream, userStream } from './streams.ts'

/** A slow layer may not hold up the answers behind it. */
const announceMs = 200

export type Announcer = (changes: readonly Change[]) => Promise<void>

/** Resolves when the layer has taken all, or after `announceMs`; never rejects. */
export function announcer(deps: {
  readonly layer: ChannelLayer
  readonly clock: Clock
  readonly report: Report
}): Announcer {
  return async (changes) => {
    const sent = changes.map(async (change) => {
      const event = eventOf(change)
      await deps.layer.groupSend(event.stream, Object.freeze(toLayerMessage(event)))
      if ('user' in change) await announceProfile(deps.layer, change.rows)
    })
    const givenUp = new AbortController()
    const all = Promise.all(sent).catch((error: unknown) => deps.report('announcement failed', { error }))
    await Promise.race([all, deps.clock.sleep(announceMs, givenUp.signal)])
    givenUp.abort('announced')
  }
}

/** The layer group that carries changed names and states of people to every process. */
export const peopleGroup = 'people'

async function announceProfile(layer: ChannelLayer, rows: readonly OwnRow[]): Promise<void> {
  const profile = rows.findLast((row) => row.kind === 'profile')
  if (profile === undefined) return
  await layer.groupSend(peopleGroup, Object.freeze({ type: 'madang.user', user: JSON.stringify(profile.user) }))
}

/** A change as its readers get it: encoded once, for all of them. */
export function eventOf(change: Change): StreamEvent {
  const { from, to } = change
  if ('room' in change) {
    const frame: ServerFrame = { type: 'rows', room: change.room, rev: to, rows: change.rows }
    return {
      stream: roomStream(change.room),
      from,
      to,
      text: encodeFrame(frame),
      drop: droppedBy(change.rows),
      notes: JSON.stringify(roomNotes(change.rows, change.mentions)),
    }
  }
  const frame: ServerFrame = { type: 'rows', room: null, rev: to, rows: change.rows }
  const notes = JSON.stringify(ownNotes(change.rows))
  return { stream: userStream(change.user), from, to, text: encodeFrame(frame), drop: [], notes }
}
