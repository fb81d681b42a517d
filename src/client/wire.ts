/**
 * What a client reads and writes on a socket, without the server's checks: those of protocol/codec.ts would more than
 * double what a browser loads, and a server is trusted to keep to the protocol.
 */

import type { CommandInputs, OwnCommand, RoomCommand } from '../protocol/commands.ts'
import type { ErrorCode, WireError } from '../protocol/errors.ts'
import type { ServerFrame } from '../protocol/frames.ts'
import type { CommandId } from '../protocol/ids.ts'

/** The frames of one message. What is not a frame is dropped; types that are not known yet are the reader's to ignore. */
export function decodeFrames(message: unknown): readonly ServerFrame[] {
  if (typeof message !== 'string') return []
  const frames: ServerFrame[] = []
  for (const line of message.split('\n')) {
    const value = parseJson(line)
    if (typeof value === 'object' && value !== null && 'type' in value) frames.push(trusted<ServerFrame>(value))
  }
  return frames
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // The only thing that JSON.parse throws for is text that is not JSON.
  }
}

/** A command from its parts. The compiler cannot see through the spread that name and input belong together. */
export function command<Name extends (RoomCommand | OwnCommand)['cmd']>(
  id: CommandId,
  cmd: Name,
  input: CommandInputs[Name],
): Extract<RoomCommand | OwnCommand, { cmd: Name }> {
  return trusted<Extract<RoomCommand | OwnCommand, { cmd: Name }>>({ ...input, id, cmd })
}

/** What the server, our own storage or the platform hands us is what it promises to be. Nothing is looked at. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what it is, or its place does
export function trusted<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the one place where a browser's client trusts
  return value as T
}

/** An error that this client found by itself. */
export function clientError(code: ErrorCode, message: string, temporary = false): WireError {
  return { code, message, temporary }
}

export const linkLost = clientError('outcome_unknown', 'link lost', true)
