/** Ids for commands: UUIDv7, so that they sort by when they were made, also within one millisecond. */

/** Gives a new id at each call. Ids of one source never go back, also when the clock does. */
export function uuidSource(source: {
  readonly nowMs: () => number
  readonly fill?: (bytes: Uint8Array<ArrayBuffer>) => void
}): () => string {
  const fill = source.fill ?? ((bytes) => void crypto.getRandomValues(bytes))
  let lastMs = 0
  let counter = 0

  return () => {
    const bytes = new Uint8Array(16)
    fill(bytes)
    const nowMs = source.nowMs()
    if (nowMs > lastMs) {
      lastMs = nowMs
      // Half of the counter's 12 bits stay free to count on within this millisecond.
      counter = ((bytes[6] ?? 0) << 3) | ((bytes[7] ?? 0) & 7)
    } else if (++counter > 0xfff) {
      lastMs++
      counter = 0
    }
    const view = new DataView(bytes.buffer)
    view.setUint16(0, Math.floor(lastMs / 2 ** 32))
    view.setUint32(2, lastMs % 2 ** 32)
    view.setUint16(6, 0x7000 | counter)
    view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f))
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  }
}
