/** The wire of the bare `ws` servers. */

import type { Dialect, Heard } from '../dialect.ts'

type ServerText =
  | { readonly type: 'joined'; readonly seq: number }
  | { readonly type: 'message'; readonly seq: number; readonly body: string }

export const wsDialect: Dialect = {
  path: '/',
  subprotocol: null,
  answersSends: false,
  opening: ({ room }) => JSON.stringify({ type: 'join', room }),
  read(text): readonly Heard[] {
    const said: ServerText = JSON.parse(text)
    return said.type === 'joined'
      ? [{ heard: 'joined', seq: said.seq }]
      : [{ heard: 'message', seq: said.seq, body: said.body }]
  },
  send: ([draft]) => JSON.stringify({ type: 'send', room: draft?.room, body: draft?.body }),
  draftsPerTextMax: 1,
  messages: { begins: '{"type":"message"', rowTail: '"}', frameTail: '', hasMany: false },
}
