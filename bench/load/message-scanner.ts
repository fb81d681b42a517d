/**
 * Finds the bodies in texts of messages without parsing them: a body is expected as far behind the beginning of its row
 * as the one before, and what follows it must be what the dialect says. Whatever looks different is left to the slow,
 * full reader; so a wrong guess costs time, never a count.
 */

import type { Dialect } from './dialect.ts'
import { bodyBytes, findBody, isBodyAt } from './marked-body.ts'

const comma = 0x2c
const lineBreak = 0x0a
const bodiesMax = 16_384

export class MessageScanner {
  readonly #begins: Uint8Array
  readonly #rowTail: Uint8Array
  readonly #frameTail: Uint8Array
  readonly #hasMany: boolean
  /** From a frame's, and from a later row's, beginning to its body. */
  #firstGap = 0
  #rowGap = 0

  /** Where the bodies are that the last `scan` found, the first `count` of these. */
  readonly bodies = new Int32Array(bodiesMax)
  count = 0

  constructor({ begins, rowTail, frameTail, hasMany }: Dialect['messages']) {
    this.#begins = Buffer.from(begins)
    this.#rowTail = Buffer.from(rowTail)
    this.#frameTail = Buffer.from(frameTail)
    this.#hasMany = hasMany
  }

  /** Gives `end`, or where the first frame begins that it does not understand; frames before that are in `bodies`. */
  scan(bytes: Buffer, start: number, end: number): number {
    this.count = 0
    let at = start
    while (at < end) {
      const next = this.#frame(bytes, at, end)
      if (next === -1) return at
      at = next
    }
    return end
  }

  #frame(bytes: Buffer, start: number, end: number): number {
    if (!matches(bytes, start, this.#begins)) return -1
    let count = this.count
    let row = start
    for (;;) {
      const body = this.#body(bytes, row, row === start)
      const tail = body + bodyBytes
      const rowEnd = tail + this.#rowTail.length
      if (body === -1 || rowEnd > end || count === bodiesMax || !matches(bytes, tail, this.#rowTail)) return -1
      this.bodies[count++] = body
      if (this.#hasMany && bytes[rowEnd] === comma) {
        row = rowEnd
        continue
      }
      const frameEnd = rowEnd + this.#frameTail.length
      if (frameEnd > end || !matches(bytes, rowEnd, this.#frameTail)) return -1
      const isLast = frameEnd === end
      if (!isLast && !(this.#hasMany && bytes[frameEnd] === lineBreak)) return -1
      this.count = count
      return isLast ? end : frameEnd + 1
    }
  }

  #body(bytes: Buffer, row: number, isFirst: boolean): number {
    const guess = row + (isFirst ? this.#firstGap : this.#rowGap)
    if (isBodyAt(bytes, guess)) return guess
    const body = findBody(bytes, row)
    if (body !== -1 && isFirst) this.#firstGap = body - row
    else if (body !== -1) this.#rowGap = body - row
    return body
  }
}

function matches(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false
  return true
}
