/** WebSocket frames as bytes (RFC 6455 section 5.2): as much of it as a load client and a bare server need. */

import { randomFillSync } from 'node:crypto'

export const opcodes = { text: 1, close: 8, ping: 9, pong: 10 } as const

/** One unmasked text frame, as a server sends it. */
export function buildTextFrame(text: string): Buffer {
  return frame(opcodes.text, Buffer.from(text), { isMasked: false })
}

/** One masked frame, as a client sends it. */
export function buildMaskedFrame(opcode: number, payload: Buffer): Buffer {
  return frame(opcode, payload, { isMasked: true })
}

function frame(opcode: number, payload: Buffer, { isMasked }: { isMasked: boolean }): Buffer {
  const size = payload.length
  const sizeBytes = size < 126 ? 0 : size < 65_536 ? 2 : 8
  const maskAt = 2 + sizeBytes
  const start = maskAt + (isMasked ? 4 : 0)
  const bytes = Buffer.allocUnsafe(start + size)
  bytes[0] = 0x80 | opcode
  bytes[1] = (isMasked ? 0x80 : 0) | (sizeBytes === 0 ? size : sizeBytes === 2 ? 126 : 127)
  if (sizeBytes === 2) bytes.writeUInt16BE(size, 2)
  if (sizeBytes === 8) bytes.writeBigUInt64BE(BigInt(size), 2)
  payload.copy(bytes, start)
  if (!isMasked) return bytes
  randomFillSync(bytes, maskAt, 4)
  for (let i = 0; i < size; i++) bytes[start + i] = (bytes[start + i] ?? 0) ^ (bytes[maskAt + (i & 3)] ?? 0)
  return bytes
}
