/** How a connection reads what it follows: pages of changes, or a snapshot, with the reader's permissions as they are now. */

import { encodeFrame } from '../protocol/codec.ts'
import { type RoomId, type UserId, rev } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import type { Connection } from '../realtime/consumer.ts'
import type { Follower } from '../realtime/hub.ts'
import type { Store } from '../store/store.ts'
import type { ChatSession } from './session.ts'

type Read = Awaited<ReturnType<Follower['read']>>

export class RoomFollower implements Follower {
  readonly owner: UserId
  readonly #store: Store
  readonly #session: ChatSession
  readonly #room: RoomId
  #isAdmitted = false

  constructor(store: Store, session: ChatSession, room: RoomId, owner: UserId) {
    this.#store = store
    this.#session = session
    this.#room = room
    this.owner = owner
  }

  get connection(): Connection {
    return this.#session.connection
  }

  /** Whether the store has shown it the room: following is asked for, and answered later. */
  get isAdmitted(): boolean {
    return this.#isAdmitted
  }

  async read(after: number): Promise<Read> {
    const read = await this.#read(after)
    this.#isAdmitted = read.is !== 'denied'
    return read
  }

  ended(): void {
    this.#session.followingEnded(this.#room)
  }

  async #read(after: number): Promise<Read> {
    if (after === 0) return this.#snapshot()
    const page = await this.#store.changes({
      room: this.#room,
      viewer: this.owner,
      after: rev(after),
      limit: limits.changesPageMax,
      tooFarRows: limits.catchUpRowsMax,
    })
    if (page.is === 'denied') return page
    if (page.isTooFar) return this.#snapshot()
    const { rows, through, isLast } = page
    const text = encodeFrame({ type: 'page', room: this.#room, rows, through, isLast })
    return { is: 'page', texts: [text], through, isLast }
  }

  async #snapshot(): Promise<Read> {
    const found = await this.#store.snapshot({
      room: this.#room,
      viewer: this.owner,
      messages: limits.snapshotMessages,
      members: limits.snapshotMembersMax,
    })
    if (found.is === 'denied') return found
    const { snapshot } = found
    const text = encodeFrame({ type: 'snapshot', ...snapshot })
    return { is: 'page', texts: [text], through: snapshot.rev, isLast: true }
  }
}

export class OwnFollower implements Follower {
  readonly connection: Connection
  readonly owner: UserId
  readonly isKnownCurrent: boolean
  readonly #store: Store

  /** @param isKnownCurrent whether the welcome has just told all up to the rev it follows from */
  constructor(store: Store, connection: Connection, owner: UserId, isKnownCurrent: boolean) {
    this.#store = store
    this.connection = connection
    this.owner = owner
    this.isKnownCurrent = isKnownCurrent
  }

  async read(after: number): Promise<Read> {
    const page = await this.#store.ownChanges({ user: this.owner, after: rev(after), limit: limits.changesPageMax })
    const { rows, through, isLast } = page
    const text = encodeFrame({ type: 'page', room: null, rows, through, isLast })
    return { is: 'page', texts: [text], through, isLast }
  }

  ended(): void {
    // Nobody is dropped from what is their own; a session that ends is closed.
  }
}
