/** Whole frames to a socket, with as few system calls as can be. */

import type { Socket } from 'node:net'

/** Up to here several buffers are copied into one; above, the kernel gathers them. */
const concatBytesMax = 16 * 1024

/** One write for all of them. */
export function writeFrames(socket: Socket, frames: Uint8Array | readonly Uint8Array[]): void {
  if (frames instanceof Uint8Array) {
    socket.write(frames)
    return
  }
  let bytes = 0
  for (const frame of frames) bytes += frame.length
  if (bytes <= concatBytesMax) {
    socket.write(Buffer.concat(frames, bytes))
    return
  }
  socket.cork()
  for (const frame of frames) socket.write(frame)
  socket.uncork()
}
