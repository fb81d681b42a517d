/** The peer `ws`: parse, stringify once, `send(string)` to each member. What most tutorials end with. */

import { WebSocketServer, type WebSocket } from 'ws'
import { joinedText, messageText, parsePeerFrame, Rooms, servePeer } from './peer.ts'

servePeer((server) => {
  const rooms = new Rooms<WebSocket>()
  const sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket) => {
    socket.on('error', () => {}) // A client that resets its link at the end of a run is no news.
    socket.on('message', (message: Buffer) => {
      const frame = parsePeerFrame(message.toString())
      if (frame.type === 'join') {
        socket.send(joinedText(frame.room, rooms.join(frame.room, socket)))
        socket.on('close', () => rooms.leave(frame.room, socket))
        return
      }
      const { seq, members } = rooms.next(frame.room)
      const text = messageText(frame.room, seq, frame.body)
      for (const member of members) member.send(text)
    })
  })
})
