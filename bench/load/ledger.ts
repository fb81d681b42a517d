/**
 * The books of a run: every message that was sent, who has had it, in which order, how late. A publisher's messages are
 * numbered 1, 2, 3 …, and every reader of its room must see exactly that.
 */

import { randomBytes } from 'node:crypto'
import { Histogram } from './histogram.ts'
import { bodyBytes, numberAt, publisherAt, roomAt, writeBody } from './marked-body.ts'

export type LedgerSize = {
  readonly rooms: number
  readonly publishersPerRoom: number
  readonly readersPerRoom: number
  readonly links: number
  /** True: a message is finished when its sender has its answer, too. */
  readonly answersSends: boolean
}

/** A publisher of a room. */
export type Stream = { readonly room: number; readonly publisher: number }

/** Unfinished messages of one publisher that can be told apart. */
const unfinishedMax = 8_192
const seqUnknown = -1

export class Ledger {
  readonly deliveryLatency = new Histogram()
  readonly answerLatency = new Histogram()
  deliveries = 0
  sends = 0
  answers = 0
  /** What must stay zero. */
  readonly faults = { gap: 0, repeat: 0, wrongRoom: 0, wrongSeq: 0, refused: 0 }
  /** Called when everybody has a message. */
  onFinished: (stream: Stream) => void = () => {}

  readonly #size: LedgerSize
  readonly #sent: Int32Array
  /** By message, a ring of `unfinishedMax` for each publisher: when it was sent, and who is still to have it. */
  readonly #sentAtMs: Float64Array
  readonly #left: Int32Array
  #unfinished = 0
  /** By link and publisher: the number of the last message. */
  readonly #lastN: Int32Array
  /** By link: messages so far, and the seq of the one before the first. */
  readonly #received: Int32Array
  readonly #seqBefore: Int32Array
  #scratch = Buffer.alloc(bodyBytes)

  constructor(size: LedgerSize) {
    const publishers = size.rooms * size.publishersPerRoom
    this.#size = size
    this.#sent = new Int32Array(publishers)
    this.#sentAtMs = new Float64Array(publishers * unfinishedMax)
    this.#left = new Int32Array(publishers * unfinishedMax)
    this.#lastN = new Int32Array(size.links * size.publishersPerRoom)
    this.#received = new Int32Array(size.links)
    this.#seqBefore = new Int32Array(size.links).fill(seqUnknown)
  }

  /** Messages that somebody is still to have. */
  get unfinished(): number {
    return this.#unfinished
  }

  /** Starts the figures anew; what is under way stays known. */
  clearFigures(): void {
    this.deliveries = 0
    this.sends = 0
    this.answers = 0
    this.deliveryLatency.clear()
    this.answerLatency.clear()
  }

  /** A link has joined behind this seq. */
  joined(link: number, seq: number | null): void {
    this.#seqBefore[link] = seq ?? seqUnknown
  }

  /** Books a new message and gives its id and body. */
  publish({ room, publisher }: Stream, nowMs: number): { readonly id: string; readonly body: string } {
    const stream = this.#streamOf(room, publisher)
    const n = (this.#sent[stream] ?? 0) + 1
    const slot = slotOf(stream, n)
    if ((this.#left[slot] ?? 0) > 0) throw new Error(`more than ${unfinishedMax} unfinished messages of one sender`)
    this.#sent[stream] = n
    this.#sentAtMs[slot] = nowMs
    this.#left[slot] = this.#size.readersPerRoom + (this.#size.answersSends ? 1 : 0)
    this.#unfinished++
    this.sends++
    return { id: writeId(stream, n), body: writeBody({ room, publisher, n }) }
  }

  /** A reader has the message whose body is here. */
  delivered(link: number, room: number, bytes: Uint8Array, body: number, nowMs: number): void {
    this.deliveries++
    this.#received[link] = (this.#received[link] ?? 0) + 1
    if (roomAt(bytes, body) !== room) {
      this.faults.wrongRoom++
      return
    }
    const publisher = publisherAt(bytes, body)
    const n = numberAt(bytes, body)
    const cursor = link * this.#size.publishersPerRoom + publisher
    const last = this.#lastN[cursor] ?? 0
    if (n <= last) {
      this.faults.repeat++
      return
    }
    if (n > last + 1) this.faults.gap += n - last - 1
    this.#lastN[cursor] = n
    const slot = slotOf(this.#streamOf(room, publisher), n)
    this.deliveryLatency.add(nowMs - (this.#sentAtMs[slot] ?? 0))
    this.#settle(slot, 1, { room, publisher })
  }

  /** The same for a message that was read fully; its seq must be the next one of the room. */
  deliveredFully(
    link: number,
    room: number,
    message: { readonly seq: number; readonly body: string },
    nowMs: number,
  ): void {
    this.#scratch.fill(0).write(message.body, 'latin1')
    this.delivered(link, room, this.#scratch, 0, nowMs)
    const before = this.#seqBefore[link] ?? seqUnknown
    if (before !== seqUnknown && message.seq !== before + (this.#received[link] ?? 0)) this.faults.wrongSeq++
    if (message.body.length !== bodyBytes) this.faults.wrongSeq++
  }

  /** The answer to a send. `isDone` false: it was refused, and nobody will have it. */
  answered(id: string, { isDone, nowMs }: { readonly isDone: boolean; readonly nowMs: number }): void {
    const { stream, n } = readId(id)
    const slot = slotOf(stream, n)
    const publisher = stream % this.#size.publishersPerRoom
    this.answers++
    this.answerLatency.add(nowMs - (this.#sentAtMs[slot] ?? 0))
    if (!isDone) this.faults.refused++
    const settled = isDone ? 1 : (this.#left[slot] ?? 0)
    this.#settle(slot, settled, { room: (stream - publisher) / this.#size.publishersPerRoom, publisher })
  }

  #settle(slot: number, count: number, stream: Stream): void {
    const left = (this.#left[slot] ?? 0) - count
    this.#left[slot] = left
    if (left !== 0) return
    this.#unfinished--
    this.onFinished(stream)
  }

  #streamOf(room: number, publisher: number): number {
    return room * this.#size.publishersPerRoom + publisher
  }
}

const slotOf = (stream: number, n: number): number => stream * unfinishedMax + (n & (unfinishedMax - 1))

/** Ids of another run would be retries of messages that the server has already. */
const runId = randomBytes(4).toString('hex')

/** As long as the UUIDs that real clients use. */
const writeId = (stream: number, n: number): string =>
  `${runId}-${String(stream).padStart(8, '0')}-${String(n).padStart(18, '0')}`

function readId(id: string): { readonly stream: number; readonly n: number } {
  const [, stream, n] = id.split('-')
  return { stream: Number(stream), n: Number(n) }
}
