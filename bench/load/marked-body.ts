/** Bodies of 128 bytes that say which message they are: `~m`, room, publisher, number, `~`, and filler. */

export const bodyBytes = 128

const roomDigits = 4
const publisherDigits = 3
const numberDigits = 9
const filler =
  'The quick brown fox jumps over the lazy dog and then sits down to read what the others wrote in the yard today. '.repeat(
    2,
  )
const tilde = 0x7e
const letterM = 0x6d

export type Mark = { readonly room: number; readonly publisher: number; readonly n: number }

export function writeBody({ room, publisher, n }: Mark): string {
  const mark = `~m${pad(room, roomDigits)}${pad(publisher, publisherDigits)}${pad(n, numberDigits)}~`
  return mark + filler.slice(0, bodyBytes - mark.length)
}

/** Whether a body begins here. */
export const isBodyAt = (bytes: Uint8Array, at: number): boolean => bytes[at] === tilde && bytes[at + 1] === letterM

/** Where the next body begins, or -1. It may be beyond the text that one is looking at. */
export const findBody = (bytes: Buffer, from: number): number => bytes.indexOf('~m', from, 'latin1')

export const roomAt = (bytes: Uint8Array, body: number): number => digits(bytes, body + 2, roomDigits)
export const publisherAt = (bytes: Uint8Array, body: number): number =>
  digits(bytes, body + 2 + roomDigits, publisherDigits)
export const numberAt = (bytes: Uint8Array, body: number): number =>
  digits(bytes, body + 2 + roomDigits + publisherDigits, numberDigits)

function digits(bytes: Uint8Array, from: number, count: number): number {
  let value = 0
  for (let i = from; i < from + count; i++) value = value * 10 + (bytes[i] ?? 0) - 48
  return value
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0')
