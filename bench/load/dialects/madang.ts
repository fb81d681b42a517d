/** Madang's own wire, `madang.v1` (PROTOCOL.md). */

import { decodeServerMessage, encodeFrame } from '../../../src/protocol/codec.ts'
import type { ServerFrame } from '../../../src/protocol/frames.ts'
import { commandId, rev, roomId } from '../../../src/protocol/ids.ts'
import { limits, subprotocol } from '../../../src/protocol/limits.ts'
import type { Dialect, Heard, Role } from '../dialect.ts'

export const madangDialect: Dialect = {
  path: '/ws',
  subprotocol,
  answersSends: true,
  opening: ({ token }) => encodeFrame({ type: 'hello', token, agent: 'bench' }),
  read: (text, role) => decodeServerMessage(text).flatMap((frame) => readFrame(frame, role)),
  send: (drafts) =>
    encodeFrame({
      type: 'do',
      commands: drafts.map(({ id, room, body }) => ({ id: commandId(id), cmd: 'send', room: roomId(room), body })),
    }),
  draftsPerTextMax: limits.commandsPerFrameMax,
  messages: {
    begins: '{"type":"rows"',
    rowTail: '","replyTo":null,"editedAtMs":null}',
    frameTail: ']}',
    hasMany: true,
  },
}

function readFrame(frame: ServerFrame, role: Role): readonly Heard[] {
  switch (frame.type) {
    case 'welcome': {
      if (!role.isReader) return [{ heard: 'joined', seq: null }]
      const known = frame.rooms.find(({ room }) => room.id === role.room)
      if (known === undefined) return [{ heard: 'refused', says: `not a member of ${role.room}` }]
      const from = role.isCurrent ? known.room.lastRev : rev(0)
      return [{ heard: 'prompt', answer: encodeFrame({ type: 'follow', room: roomId(role.room), rev: from }) }]
    }
    case 'snapshot':
      return [{ heard: 'joined', seq: frame.lastSeq }]
    case 'page':
      return frame.isLast && frame.room !== null ? [{ heard: 'joined', seq: null }] : []
    case 'rows':
      return frame.rows.flatMap((row): readonly Heard[] =>
        row.kind === 'message' ? [{ heard: 'message', seq: row.seq, body: row.body ?? '' }] : [],
      )
    case 'reply': {
      if ('error' in frame) return [{ heard: 'answer', id: frame.re, seq: null, says: frame.error.code }]
      return [{ heard: 'answer', id: frame.re, seq: 'seq' in frame.ok ? frame.ok.seq : null, says: 'ok' }]
    }
    case 'ping':
      return [{ heard: 'prompt', answer: encodeFrame({ type: 'pong' }) }]
    case 'unfollowed':
    case 'error':
      return [{ heard: 'refused', says: `${frame.type}: ${frame.error.code} ${frame.error.message}` }]
    case 'drain':
      return [{ heard: 'refused', says: 'the server stops' }]
    case 'rooms':
    case 'bump':
    case 'typing':
    case 'receipt':
    case 'presence':
    case 'user':
    case 'pong':
      return [] // Nothing that is measured.
    default:
      return frame satisfies never
  }
}
