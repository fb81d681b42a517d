/** Events of a stream as messages of the channel layer, and back. */

import type { LayerMessage, LayerValue } from '../layer/layer.ts'

/** Changes `from` … `to` of a stream, ready to be written. Carried by the layer as a message. */
export type StreamEvent = {
  readonly stream: string
  readonly from: number
  readonly to: number
  /** The encoded server frame: the same for every reader. */
  readonly text: string
  /** Owners (people) who may not see this or anything later: their followers are dropped before it is written [G6]. */
  readonly drop: readonly string[]
  /** The application's own notes, for listeners. Opaque to the hub. */
  readonly notes: LayerValue
}

const eventType = 'madang.event'

/** What to send to the group of the event's stream (the group's name is the stream's). */
export function toLayerMessage(event: StreamEvent): LayerMessage {
  const { stream, from, to, text, drop, notes } = event
  return { type: eventType, stream, from, to, text, drop, notes }
}

/** Null: not an event, or one of a version that we do not understand. The log has what it told. */
export function fromLayerMessage(message: LayerMessage): StreamEvent | null {
  const { type, stream, from, to, text, drop, notes } = message
  if (type !== eventType || typeof stream !== 'string' || typeof text !== 'string') return null
  if (!isRev(from) || !isRev(to) || from > to || !isOwners(drop)) return null
  return { stream, from, to, text, drop, notes: notes ?? null }
}

function isRev(value: LayerValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
}

function isOwners(value: LayerValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((owner) => typeof owner === 'string')
}
