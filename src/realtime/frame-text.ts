/** One WebSocket text frame as a server sends it: whole, unmasked, uncompressed (RFC 6455, 5.2). */

/** Header and payload in one buffer, ready to be written, and to be shared between connections. */
export function frameText(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headerBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10
  // Uninitialised memory is safe here: the header and the payload together overwrite every byte of it.
  const frame = Buffer.allocUnsafe(headerBytes + length)
  frame[0] = 0x81
  if (headerBytes === 2) {
    frame[1] = length
  } else if (headerBytes === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(Math.floor(length / 2 ** 32), 2)
    frame.writeUInt32BE(length % 2 ** 32, 6)
  }
  frame.write(text, headerBytes)
  return frame
}
