/** The links of a run: opened a few at a time, signed in and joined; then each delivers into the ledger and can send. */

import type { Dialect, Draft, Heard, Role } from './dialect.ts'
import type { Ledger } from './ledger.ts'
import { Link } from './link.ts'
import { MessageScanner } from './message-scanner.ts'
import { Outbox } from './outbox.ts'

export type Seat = Role & {
  /** The number of the room. */
  readonly roomNumber: number
}

export type CrowdDeps = { readonly dialect: Dialect; readonly port: number; readonly ledger: Ledger }

/** One text in so many is read fully, whatever the scanner would have made of it. A prime, to meet every room. */
const fullReadEvery = 97
/** Links of one local address: fewer than there are ephemeral ports (28 232 by default). */
const linksPerAddress = 8_000
const reasonsMax = 5

export class Crowd {
  readonly dead = { count: 0 }
  readonly #deps: CrowdDeps
  readonly #scanner: MessageScanner
  readonly #members: Member[] = []
  #texts = 0
  #reasons = 0

  constructor(deps: CrowdDeps) {
    this.#deps = deps
    this.#scanner = new MessageScanner(deps.dialect.messages)
  }

  /** Opens a link for each seat, at most `inFlight` at a time; resolves when all have joined. Rejects when one fails. */
  async open(seats: readonly Seat[], inFlight: number): Promise<void> {
    const waiting = seats.entries()
    const openNext = async (): Promise<void> => {
      // All openers share the iterator: each takes the next seat when it is done with one.
      for (const [index, seat] of waiting) await this.#openMember(index, seat)
    }
    await Promise.all(Array.from({ length: inFlight }, openNext))
  }

  /** Sends these as soon as the link may. */
  submit(link: number, ...drafts: readonly Draft[]): void {
    this.#members[link]?.outbox.submit(drafts)
  }

  /** Resolves with how long the server took to answer a WebSocket ping, in ms. */
  async ping(link: number): Promise<number> {
    return (await this.#members[link]?.link.ping()) ?? Number.NaN
  }

  close(): void {
    for (const { link } of this.#members) link.close()
  }

  async #openMember(index: number, seat: Seat): Promise<void> {
    const { dialect, port } = this.#deps
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const localAddress = `127.0.0.${2 + Math.floor(index / linksPerAddress)}`
    const link = new Link(
      { port, path: dialect.path, subprotocol: dialect.subprotocol, localAddress },
      {
        onOpen: () => {
          const opening = dialect.opening(seat)
          if (opening !== null) link.sendText(opening)
        },
        onText: (bytes, start, end) => this.#take(member, bytes, start, end),
        onDead: (why) => {
          this.dead.count++
          this.#complain(`link ${index}: ${why}`)
          reject(new Error(`link ${index}: ${why}`))
        },
      },
    )
    const member: Member = { index, seat, link, outbox: new Outbox(dialect, link), isJoined: false, onJoined: resolve }
    this.#members[index] = member
    await promise
  }

  #take(member: Member, bytes: Buffer, start: number, end: number): void {
    const nowMs = performance.now()
    let from = start
    if (member.isJoined && ++this.#texts % fullReadEvery !== 0) {
      const { ledger } = this.#deps
      from = this.#scanner.scan(bytes, start, end)
      const { bodies, count } = this.#scanner
      for (let i = 0; i < count; i++) {
        ledger.delivered(member.index, member.seat.roomNumber, bytes, bodies[i] ?? 0, nowMs)
      }
    }
    if (from === end) return
    for (const heard of this.#deps.dialect.read(bytes.toString('utf8', from, end), member.seat)) {
      this.#hear(member, heard, nowMs)
    }
  }

  #hear(member: Member, heard: Heard, nowMs: number): void {
    const { ledger } = this.#deps
    switch (heard.heard) {
      case 'prompt':
        member.link.sendText(heard.answer)
        return
      case 'joined':
        member.isJoined = true
        ledger.joined(member.index, heard.seq)
        member.onJoined()
        return
      case 'message':
        ledger.deliveredFully(member.index, member.seat.roomNumber, heard, nowMs)
        return
      case 'answer':
        if (heard.seq === null) this.#complain(`refused: ${heard.says}`)
        // The next frame goes out before the books are closed, so that a window's new message queues behind older ones.
        member.outbox.answered()
        ledger.answered(heard.id, { isDone: heard.seq !== null, nowMs })
        return
      case 'refused':
        ledger.faults.refused++
        this.#complain(`refused: ${heard.says}`)
        return
      default:
        heard satisfies never
    }
  }

  #complain(says: string): void {
    if (this.#reasons++ < reasonsMax) console.error(says)
  }
}

type Member = {
  readonly index: number
  readonly seat: Seat
  readonly link: Link
  readonly outbox: Outbox
  isJoined: boolean
  readonly onJoined: () => void
}
