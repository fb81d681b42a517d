/** The peer Socket.IO: its rooms, WebSocket transport only, everything else as it comes. */

import { Server } from 'socket.io'
import { Rooms, servePeer } from './peer.ts'

servePeer((http) => {
  const io = new Server(http, { transports: ['websocket'], serveClient: false })
  const rooms = new Rooms<string>()
  io.on('connection', (socket) => {
    socket.on('join', async (room: string) => {
      await socket.join(room)
      socket.emit('joined', { room, seq: rooms.join(room, socket.id) })
    })
    socket.on('send', ({ room, body }: { room: string; body: string }) => {
      const { seq } = rooms.next(room)
      io.to(room).emit('message', { room, seq, body })
    })
  })
})
