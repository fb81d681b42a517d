/**
 * The facts a worker knows from its own work, so that a message in a room it has just worked on costs one round trip to the
 * store instead of two.
 *
 * Knowing is safe because committing checks: a room that another worker changed is not at the rev that is known, a person
 * whose profile changed is not at theirs, and a client id that was used or cancelled is refused by the store. Whatever is
 * not as it was thought makes the unit stale or refused; then everything is forgotten, loaded and decided again. Members
 * are known with the room at whose rev they were read: a newer room would vouch for members that it has lost.
 */

import type { RoomId, UserId } from '../protocol/ids.ts'
import type { MemberRecord, RoomRecord, UserRecord } from '../store/records.ts'
import type { FactOf, Need } from '../store/store.ts'
import type { Envelope } from './decide.ts'
import { Facts } from './facts.ts'

/** About 300 bytes each. Past this many all are forgotten: those in use come back with the next load. */
const knownMax = 20_000

type KnownRoom = { record: RoomRecord; readonly members: Map<UserId, MemberRecord | null> }

export class KnownFacts {
  readonly #rooms = new Map<RoomId, KnownRoom>()
  readonly #users = new Map<UserId, UserRecord | null>()
  #count = 0

  /** The facts for a batch of sends, none of them sent or cancelled before as far as is known; null: load them. */
  assume(batch: readonly Envelope[], needs: readonly Need[]): Facts | null {
    if (!batch.every(({ actor, command }) => command.cmd === 'send' && actor.is === 'person')) return null
    const facts = new Facts()
    for (const need of needs) if (!this.#recall(need, facts)) return null
    return facts
  }

  /** What was loaded just now, undecided: rooms that somebody else has changed since are not known any more. */
  loaded(facts: Facts): void {
    for (const need of facts.needs()) {
      if (need.need === 'room' && this.#rooms.get(need.room)?.record.lastRev !== facts.get(need)?.lastRev) {
        this.#rooms.delete(need.room)
      }
    }
  }

  /** Keeps what was loaded or decided, after all of it was committed. */
  keep(facts: Facts): void {
    if (this.#count > knownMax) this.forget()
    const needs = [...facts.needs()]
    for (const need of needs) if (need.need === 'room') this.#keepRoom(need.room, facts.get(need))
    for (const need of needs) {
      if (need.need === 'user') this.#users.set(need.user, facts.get(need))
      // Only with its room: without it nobody can say at which rev it was read.
      else if (need.need === 'member' && facts.has({ need: 'room', room: need.room })) {
        this.#rooms.get(need.room)?.members.set(need.user, facts.get(need))
      } else continue
      this.#count++
    }
  }

  forget(): void {
    this.#rooms.clear()
    this.#users.clear()
    this.#count = 0
  }

  #keepRoom(room: RoomId, record: RoomRecord | null): void {
    const known = this.#rooms.get(room)
    if (record === null) this.#rooms.delete(room)
    else if (known === undefined) this.#rooms.set(room, { record, members: new Map() })
    else known.record = record
  }

  /** False: it is not known. */
  #recall(need: Need, facts: Facts): boolean {
    // What is assumed: that it is new. The store refuses it otherwise.
    if (need.need === 'sent' || need.need === 'outcome') facts.set(need, null)
    else if (need.need === 'user') return recall(facts, need, this.#users.get(need.user))
    else if (need.need === 'room') return recall(facts, need, this.#rooms.get(need.room)?.record)
    else if (need.need === 'member') return recall(facts, need, this.#rooms.get(need.room)?.members.get(need.user))
    // Sends need nothing else.
    else return false
    return true
  }
}

function recall<N extends Need>(facts: Facts, need: N, fact: FactOf[N['need']] | undefined): boolean {
  if (fact !== undefined) facts.set(need, fact)
  return fact !== undefined
}
