/** A connection between a page and a gateway: two lines that deliver in order, late, or not at all. */

import type { SocketLike } from '../../src/client/platform.ts'
import { closeCodes } from '../../src/protocol/close-codes.ts'
import type { Connection, Consumer } from '../../src/realtime/consumer.ts'
import type { Life } from './life.ts'
import { type Process, pingMs } from './process.ts'
import { type Base, delayMs } from './world-base.ts'

/** Sees everything that crosses a link, at the server's end. */
export type Tap = {
  readonly fromClient: (text: string) => void
  readonly fromServer: (text: string) => void
  readonly closedByServer: (code: number) => void
}

const lostCode = 1006
const helloMs = 5_000
/** Messages that wait for a stalled reader before its connection is behind. */
const behindAfter = 3

type Listen = Parameters<SocketLike['addEventListener']>[1]
type State = 'connecting' | 'open' | 'closed'

export class FakeLink {
  /** The page's end. */
  readonly socket: SocketLike = {
    addEventListener: (type, listen) => void this.#listeners.set(type, listen),
    send: (text) => this.#send(text),
    close: (code) => this.#close(code),
  }
  readonly #listeners = new Map<string, Listen>()
  readonly #base: Base
  readonly #page: Life
  readonly #tap: Tap
  readonly process: Process
  #consumer: Consumer | null = null
  /** As each end sees it. */
  #client: State = 'connecting'
  #server: State = 'connecting'
  #up: string[] = []
  #down: string[] = []
  /** Deliveries in one direction come one after the other. */
  #upAtMs = 0
  #downAtMs = 0
  #isUpDead = false
  #isDownDead = false
  #isStalled = false
  #heardAtMs = 0
  #drained: (() => void)[] = []

  constructor(deps: { base: Base; process: Process; page: Life; tap: Tap; number: number }) {
    const { base, process, page } = deps
    this.#base = base
    this.process = process
    this.#page = page
    this.#tap = deps.tap
    // A network that swallows everything: the page's own patience ends it.
    if (base.trouble.strikes('link refused', 0.15)) {
      if (base.dice.chance(0.5)) base.scheduler.after(base.dice.between(0, 500), () => this.#clientSeesEnd(lostCode))
    } else {
      base.scheduler.after(delayMs(base) + 1, () => this.#connected(deps.number))
    }
  }

  get isOpen(): boolean {
    return this.#client === 'open' && this.#server === 'open'
  }

  /** Both ends hear each other, and know it. */
  get isWhole(): boolean {
    return this.isOpen && !this.#isUpDead && !this.#isDownDead && !this.#isStalled
  }

  #send(text: string): void {
    if (this.#client !== 'open') throw new Error('not open')
    this.#up.push(text)
    if (this.#up.length > 1) return
    this.#upAtMs = Math.max(this.#upAtMs, this.#base.scheduler.nowMs + delayMs(this.#base))
    this.#base.scheduler.after(this.#upAtMs - this.#base.scheduler.nowMs, () => this.#deliverUp())
  }

  #close(code = 1000): void {
    if (this.#client === 'closed') return
    this.#client = 'closed'
    this.#base.scheduler.after(delayMs(this.#base), () => {
      this.#deliverUp()
      if (!this.#isUpDead) this.#serverSeesEnd(code)
    })
  }

  /** Both ends are told, each in its time; what was on its way is lost. */
  cut(): void {
    this.#isUpDead = this.#isDownDead = true
    const { scheduler, dice } = this.#base
    scheduler.after(dice.between(0, 800), () => this.#clientSeesEnd(lostCode))
    scheduler.after(dice.between(0, 3_000), () => this.#serverSeesEnd(lostCode))
  }

  /** Nobody is told: what is sent in this direction vanishes. */
  halfOpen(direction: 'up' | 'down' | 'both'): void {
    if (direction !== 'down') this.#isUpDead = true
    if (direction !== 'up') this.#isDownDead = true
  }

  /** The page does not read for a while. */
  stall(ms: number): void {
    this.#isStalled = true
    this.#base.scheduler.after(ms, () => {
      this.#isStalled = false
      this.#deliverDown()
      if (this.#server === 'closed' && !this.#isDownDead) this.#clientSeesEnd(lostCode)
      const drained = this.#drained
      this.#drained = []
      for (const listen of drained) this.process.life.do(listen)
    })
  }

  serverDied(): void {
    this.#server = 'closed'
    this.#consumer = null
    this.#isUpDead = true
    const { scheduler, dice } = this.#base
    scheduler.after(dice.between(0, 500), () => this.#clientSeesEnd(lostCode))
  }

  #connected(number: number): void {
    if (this.#client === 'closed') return
    const { process } = this
    if (process.life.isDead) return this.#clientSeesEnd(lostCode)
    process.links.add(this)
    process.life.do(() => {
      this.#server = 'open'
      this.#heardAtMs = this.#base.scheduler.nowMs
      const request = { path: '/ws', header: () => null, remoteAddress: 'simulated' }
      this.#consumer = process.gateway.consumer(this.#connection(number), request)
      this.#later(helloMs, () => this.#consumer?.isReady() === false && this.#closeByServer(closeCodes.hello_timeout))
      this.#later(this.#base.dice.between(1, pingMs), () => this.#heartbeat())
    })
    this.#client = 'open'
    this.#page.do(() => this.#tell('open', {}))
  }

  #tell(type: string, event: Parameters<Listen>[0]): void {
    this.#listeners.get(type)?.(event)
  }

  #connection(number: number): Connection {
    return {
      number,
      send: (text) => this.#write(text),
      sendFramed: (frames) => unframed(frames).forEach((text) => this.#write(text)),
      isBehind: () => this.#isStalled && this.#down.length > behindAfter,
      onceDrained: (listen) => void this.#drained.push(listen),
      close: (reason) => this.#closeByServer(closeCodes[reason]),
      isOpen: () => this.#server === 'open',
    }
  }

  #later(ms: number, work: () => void): void {
    this.#base.scheduler.after(ms, () => this.process.life.do(work))
  }

  /** As the sweep of sockets.ts does. */
  #heartbeat(): void {
    if (this.#server !== 'open' || this.#consumer === null) return
    if (this.#base.scheduler.nowMs - this.#heardAtMs > 2 * pingMs) {
      // Ended without a word: the other end hears of it where anything gets through.
      if (!this.#isDownDead) this.#base.scheduler.after(delayMs(this.#base), () => this.#clientSeesEnd(lostCode))
      return this.#serverSeesEnd(closeCodes.heartbeat_missed)
    }
    if (this.#consumer.isReady() && !(this.#isStalled && this.#down.length > behindAfter))
      this.#write(this.#consumer.ping())
    this.#later(pingMs, () => this.#heartbeat())
  }

  #write(text: string): boolean {
    if (this.#server !== 'open') return false
    this.#tap.fromServer(text)
    this.#down.push(text)
    if (this.#down.length === 1) {
      this.#downAtMs = Math.max(this.#downAtMs, this.#base.scheduler.nowMs + delayMs(this.#base))
      this.#base.scheduler.after(this.#downAtMs - this.#base.scheduler.nowMs, () => this.#deliverDown())
    }
    return true
  }

  #deliverUp(): void {
    const texts = this.#up
    this.#up = []
    if (this.#isUpDead) return
    for (const text of texts) {
      this.process.life.do(() => {
        if (this.#server !== 'open') return
        this.#heardAtMs = this.#base.scheduler.nowMs
        this.#tap.fromClient(text)
        this.#consumer?.receive(text)
      })
    }
  }

  #deliverDown(): void {
    if (this.#isStalled) return
    const texts = this.#down
    this.#down = []
    if (this.#isDownDead) return
    for (const text of texts) this.#page.do(() => this.#tell('message', { data: text }))
  }

  #closeByServer(code: number): void {
    if (this.#server !== 'open') return
    this.#tap.closedByServer(code)
    this.#base.scheduler.after(delayMs(this.#base), () => {
      this.#deliverDown()
      if (!this.#isDownDead && !this.#isStalled) this.#clientSeesEnd(code)
    })
    this.#serverSeesEnd(code)
  }

  #clientSeesEnd(code: number): void {
    if (this.#client === 'closed') return
    this.#client = 'closed'
    this.#page.do(() => this.#tell('close', { code, reason: '' }))
  }

  #serverSeesEnd(code: number): void {
    if (this.#server !== 'open') return
    this.#server = 'closed'
    this.process.links.delete(this)
    const consumer = this.#consumer
    this.#consumer = null
    this.#later(0, () => consumer?.closed(code))
  }
}

/** The texts of whole, unmasked text frames, as frame-text.ts makes them. */
function unframed(frames: Uint8Array): string[] {
  const bytes = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength)
  const texts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const short = bytes.readUInt8(at + 1)
    const start = at + (short === 126 ? 4 : short === 127 ? 10 : 2)
    const length = short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? bytes.readUInt32BE(at + 6) : short
    texts.push(bytes.toString('utf8', start, start + length))
    at = start + length
  }
  return texts
}
