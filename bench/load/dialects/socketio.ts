/** The wire of Socket.IO 4 (Engine.IO 4 packets, default namespace, no binary). */

import type { Dialect, Heard } from '../dialect.ts'

type ServerEvent =
  | readonly ['joined', { readonly seq: number }]
  | readonly ['message', { readonly seq: number; readonly body: string }]

export const socketioDialect: Dialect = {
  path: '/socket.io/?EIO=4&transport=websocket',
  subprotocol: null,
  answersSends: false,
  opening: () => null,
  read(text, role): readonly Heard[] {
    if (text.startsWith('0')) return [{ heard: 'prompt', answer: '40' }]
    if (text.startsWith('40')) return [{ heard: 'prompt', answer: `42${JSON.stringify(['join', role.room])}` }]
    if (text === '2') return [{ heard: 'prompt', answer: '3' }]
    if (!text.startsWith('42')) return [{ heard: 'refused', says: text }]
    const [name, said]: ServerEvent = JSON.parse(text.slice(2))
    return name === 'joined'
      ? [{ heard: 'joined', seq: said.seq }]
      : [{ heard: 'message', seq: said.seq, body: said.body }]
  },
  send: ([draft]) => `42${JSON.stringify(['send', { room: draft?.room, body: draft?.body }])}`,
  draftsPerTextMax: 1,
  messages: { begins: '42["message"', rowTail: '"}', frameTail: ']', hasMany: false },
}
