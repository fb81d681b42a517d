/** The peer `ws` at its best without coalescing: the frame is built once and the same bytes are written to each member. */

import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { buildTextFrame } from '../websocket-frame.ts'
import { joinedText, messageText, parsePeerFrame, Rooms, servePeer } from './peer.ts'

servePeer((http) => {
  const rooms = new Rooms<Duplex>()
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  http.on('upgrade', (request, link, head) => {
    sockets.handleUpgrade(request, link, head, (socket) => {
      socket.on('error', () => {}) // A client that resets its link at the end of a run is no news.
      socket.on('message', (message: Buffer) => {
        const frame = parsePeerFrame(message.toString())
        if (frame.type === 'join') {
          socket.send(joinedText(frame.room, rooms.join(frame.room, link)))
          socket.on('close', () => rooms.leave(frame.room, link))
          return
        }
        const { seq, members } = rooms.next(frame.room)
        const bytes = buildTextFrame(messageText(frame.room, seq, frame.body))
        for (const member of members) member.write(bytes)
      })
    })
  })
})
