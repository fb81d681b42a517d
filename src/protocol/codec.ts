/** Frames to text and back. A WebSocket message is one frame, or several on lines of their own. */

import { Refusal } from './check.ts'
import { type CheckedFrame, type ClientFrame, type ServerFrame, checkClientFrame } from './frames.ts'
import { limits } from './limits.ts'

export const encodeFrame = (frame: ClientFrame | ServerFrame): string => JSON.stringify(frame)

/** What a client sent; frames that cannot be understood become refusals, in place. */
export function decodeClientMessage(message: string): readonly (CheckedFrame | Refusal)[] {
  if (!message.includes('\n')) return [decodeClientFrame(message)]
  const lines = message.split('\n', limits.framesPerMessageMax + 1)
  if (lines.length > limits.framesPerMessageMax) {
    const says = `more than ${limits.framesPerMessageMax} frames in a message`
    return [new Refusal({ code: 'bad_frame', message: says, limit: 'framesPerMessageMax' })]
  }
  return lines.map(decodeClientFrame)
}

function decodeClientFrame(line: string): CheckedFrame | Refusal {
  const value = parseJson(line)
  if (value === undefined) return new Refusal({ code: 'bad_frame', message: 'not JSON' })
  return checkClientFrame(value)
}

/** What the server sent. It is trusted to keep to the protocol; frames of a type that is not known yet are dropped. */
export function decodeServerMessage(message: string): readonly ServerFrame[] {
  const frames: ServerFrame[] = []
  for (const line of message.split('\n')) {
    const value = parseJson(line)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- trusted, as said above
    if (typeof value === 'object' && value !== null && 'type' in value) frames.push(value as ServerFrame)
  }
  return frames
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The only thing that JSON.parse throws for is text that is not JSON.
  }
}
