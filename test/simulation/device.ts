/** A page of a person: the real client over fake links. Its outbox survives it; what it shows is looked at all the time. */

import type { Client, Room } from '../../src/client/api.ts'
import { connectClient } from '../../src/client/client.ts'
import type { Signal } from '../../src/client/platform.ts'
import type { CommandId, RoomId, Seq, UserId } from '../../src/protocol/ids.ts'
import { Life } from './life.ts'
import type { FakeLink } from './link.ts'
import { OutboxDisk } from './outbox.ts'
import type { Base } from './world-base.ts'

export type Person = { readonly user: UserId; readonly handle: string }

/** A message that somebody wrote. */
export type Typed = {
  readonly room: RoomId
  readonly body: string
  /** It is kept: the promise of `send` was resolved. */
  isKept: boolean
  /** Given up by the person, or replaced by another text. */
  isGivenUp: boolean
  /** Sent again by the person after it had failed: it may have changed its place. */
  isRetried: boolean
}

export type DeviceDeps = {
  readonly base: Base
  readonly connect: (device: Device) => FakeLink
  readonly newId: () => string
}

export class Device {
  readonly name: string
  readonly person: Person
  readonly typed = new Map<CommandId, Typed>()
  readonly opened = new Set<RoomId>()
  /** Messages that were changed here: for a moment they show as this page has changed them. */
  readonly touched = new Set<string>()
  /** Questions of this life that were not answered yet [Q4]. */
  unsettled = 0
  readonly #deps: DeviceDeps
  readonly #disk: OutboxDisk
  token: string
  life = new Life()
  link: FakeLink | null = null
  client: Client
  restarts = 0
  onlineSinceMs = 0
  whenOnline: () => void = () => {}
  #signal: (signal: Signal) => void = () => {}

  constructor(deps: DeviceDeps, of: { readonly name: string; readonly person: Person; readonly token: string }) {
    this.name = of.name
    this.person = of.person
    this.token = of.token
    this.#deps = deps
    this.#disk = new OutboxDisk(deps.base)
    this.client = this.#start()
  }

  get isOnline(): boolean {
    return this.life.isRunning && this.client.link().is === 'online'
  }

  /** A reload, or a crash and a new page: only the outbox and what was open are left. */
  restart(token = this.token): void {
    this.#deps.base.trace(() => `${this.name} restarts`)
    this.token = token
    this.kill()
    this.restarts++
    this.unsettled = 0
    this.client = this.#start()
    for (const room of this.opened) this.#follow(room)
  }

  kill(): void {
    this.life.end()
    this.link?.cut()
    // What was not kept when the page died was never promised.
    for (const [id, typed] of this.typed) if (!typed.isKept || this.#disk.refused.has(id)) typed.isGivenUp = true
  }

  open(id: RoomId): void {
    if (this.opened.has(id)) return
    this.opened.add(id)
    this.#follow(id)
  }

  #follow(id: RoomId): void {
    this.client.room(id).open()
    this.#watch(id)
  }

  close(id: RoomId): void {
    if (this.opened.delete(id)) this.client.room(id).close()
  }

  signal(signal: Signal): void {
    this.life.do(() => this.#signal(signal))
  }

  send(id: RoomId, body: string, replyTo: Seq | undefined): void {
    const room = this.client.room(id)
    const kept = room.send(body, replyTo === undefined ? {} : { replyTo })
    const written = room.pending().at(-1)
    if (written === undefined) return this.#deps.base.broken('G5', `${this.name}: what was typed does not show`)
    const typed = { room: id, body, isKept: false, isGivenUp: false, isRetried: false }
    this.typed.set(written.id, typed)
    void kept.then(() => {
      this.#deps.base.trace(() => `${this.name} has kept ${written.id}`)
      typed.isKept = true
    })
  }

  /** Sends a failed one again; with another text it is another message. */
  retry(id: RoomId, failed: CommandId, body: string | undefined): void {
    const room = this.client.room(id)
    const before = new Set(room.pending().map((pending) => pending.id))
    room.retry(failed, body)
    const typed = this.typed.get(failed)
    const again = room.pending().find((pending) => !before.has(pending.id))
    if (typed === undefined) return
    typed.isRetried = true
    if (again === undefined) return
    typed.isGivenUp = true
    // Kept a moment later: nothing tells when, so it is promised from then on that the server knows it.
    this.typed.set(again.id, { room: id, body: again.body, isKept: false, isGivenUp: false, isRetried: true })
  }

  /** Edits, deletes or reacts. */
  change(id: RoomId, seq: Seq, change: (room: Room) => void): void {
    this.touched.add(`${id} ${seq}`)
    change(this.client.room(id))
  }

  discard(id: RoomId, pending: CommandId): void {
    this.client.room(id).discard(pending)
    const typed = this.typed.get(pending)
    if (typed !== undefined) typed.isGivenUp = true
  }

  /** Counts a question until it is answered. */
  asks(answer: Promise<unknown>): void {
    const { life } = this
    this.unsettled++
    const settle = (): void => void (this.life === life && this.unsettled--)
    void answer.then(settle, (error: unknown) =>
      this.#deps.base.broken('Q4', `${this.name}: a question threw ${String(error)}`),
    )
  }

  #start(): Client {
    const { base, connect, newId } = this.#deps
    const life = new Life()
    this.life = life
    const { scheduler, dice } = base
    const client = connectClient({
      url: 'ws://simulated/ws',
      token: this.token,
      agent: this.name,
      outbox: this.#disk.for(life),
      socket: () => {
        this.link = connect(this)
        return this.link.socket
      },
      clock: scheduler.clockOf(life),
      random: dice.random,
      newId,
      signals: (listen) => {
        this.#signal = listen
        return { [Symbol.dispose]: () => {} }
      },
    })
    client.on('link', () => {
      if (client.link().is !== 'online') return
      this.onlineSinceMs = scheduler.nowMs
      this.whenOnline()
    })
    this.client = client
    return client
  }

  /** Looks at a room whenever it changes: nothing twice, in order, as it was written [G2 G3 G5]. */
  #watch(id: RoomId): void {
    const { client } = this
    const room = client.room(id)
    const look = (): void => {
      if (this.client === client && !this.life.isDead) this.#look(room)
    }
    room.on('timeline', look)
    room.on('pending', look)
  }

  #look(room: Room): void {
    const { truth, broken } = this.#deps.base
    const { messages } = room.timeline()
    const shown = new Set<CommandId>()
    let before: Seq | null = null
    for (const { seq, id, author } of messages) {
      if (before !== null && seq !== before + 1) broken('G3', `${this.name} shows ${seq} after ${before} in ${room.id}`)
      before = seq
      if (truth.messageAt(room.id, seq) !== `${author} ${id}`)
        broken('G3', `${this.name} shows ${id} at ${seq} of ${room.id}`)
      if (author === this.person.user) shown.add(id)
    }
    for (const { id } of room.pending()) {
      if (shown.has(id)) broken('G2', `${this.name} shows ${id} of ${room.id} twice: sent and pending`)
      shown.add(id)
    }
  }
}
