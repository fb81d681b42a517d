/** What was really committed, unit by unit, whoever heard of it: the checks compare with this, not with what was said. */

import assert from 'node:assert/strict'
import type { CommandId, Rev, RoomId, Seq, SessionId, TokenId, UserId } from '../../src/protocol/ids.ts'
import type { Advance, Committed, Put, Unit } from '../../src/store/store.ts'

type Since<T> = T & { readonly sinceMs: number }

export class Truth {
  readonly #nowMs: () => number
  readonly #broken: (rule: string, says: string) => void
  readonly #revs = new Map<string, Rev>()
  /** Of each room, `author id` by seq - 1. */
  readonly #messages = new Map<RoomId, string[]>()
  readonly #seqs = new Map<string, Seq>()
  readonly #outcomes = new Set<string>()
  readonly #cancelled = new Set<string>()
  readonly #members = new Map<string, Since<{ readonly isMember: boolean }>>()
  readonly #ended = new Map<SessionId | TokenId, number>()
  readonly #roomNames = new Set<string>()
  /** People who are deactivated now. */
  readonly inactive = new Set<UserId>()
  lastCommitMs = 0
  units = 0

  constructor(nowMs: () => number, broken: (rule: string, says: string) => void) {
    this.#nowMs = nowMs
    this.#broken = broken
  }

  committed(units: readonly Unit[], answers: readonly Committed[]): void {
    for (const [at, unit] of units.entries()) {
      if (answers[at]?.is !== 'committed') continue
      this.units++
      this.lastCommitMs = this.#nowMs()
      for (const put of unit.puts) this.#put(put, unit)
      for (const advance of unit.advances) this.#advance(advance)
    }
  }

  /** The message at a place, as `author id`. */
  messageAt(room: RoomId, seq: Seq): string | undefined {
    return this.#messages.get(room)?.[seq - 1]
  }

  seqOf(of: { readonly room: RoomId; readonly author: UserId; readonly id: CommandId }): Seq | undefined {
    return this.#seqs.get(`${of.room} ${of.author} ${of.id}`)
  }

  rooms(): readonly RoomId[] {
    return [...this.#messages.keys()]
  }

  member(room: RoomId, user: UserId): Since<{ readonly isMember: boolean }> {
    return this.#members.get(`${room} ${user}`) ?? { isMember: false, sinceMs: Number.NEGATIVE_INFINITY }
  }

  /** When the session or token ended; null: it has not. */
  endedAtMs(session: SessionId | TokenId): number | null {
    return this.#ended.get(session) ?? null
  }

  hasOutcome(author: UserId, id: CommandId): boolean {
    return this.#outcomes.has(`${author} ${id}`)
  }

  /** Its author was told that this message will never appear. */
  neverAgain(author: UserId, id: CommandId): void {
    this.#cancelled.add(`${author} ${id}`)
  }

  #advance(advance: Advance): void {
    const key =
      advance.stream === 'room' ? `room ${advance.room}` : advance.stream === 'user' ? `user ${advance.user}` : 'server'
    const at = this.#revs.get(key)
    if (at !== undefined && at !== advance.from)
      this.#broken('G3', `${key} went from rev ${at} to ${advance.from}-${advance.to}`)
    this.#revs.set(key, advance.to)
    if (advance.stream !== 'room') return
    const messages = this.#messages.get(advance.room) ?? []
    this.#messages.set(advance.room, messages)
    const { lastSeq = messages.length } = advance
    if (lastSeq !== messages.length)
      this.#broken('G3', `${key} says seq ${lastSeq} and has ${messages.length} messages`)
  }

  #put(put: Put, { advances }: Unit): void {
    switch (put.put) {
      case 'message': {
        const { room, seq, author, id } = put.record
        const messages = this.#messages.get(room) ?? []
        if (seq !== messages.length + 1) this.#broken('G3', `${room} got seq ${seq} after ${messages.length}`)
        messages.push(`${author} ${id}`)
        this.#messages.set(room, messages)
        const key = `${room} ${author} ${id}`
        if (this.#seqs.has(key)) this.#broken('G2', `${key} was written twice`)
        this.#seqs.set(key, seq)
        if (this.#cancelled.has(`${author} ${id}`)) this.#broken('G5', `${key} appeared after it had been cancelled`)
        return
      }
      case 'outcome': {
        const { author, id, cmd } = put.record
        const key = `${author} ${id}`
        if (this.#outcomes.has(key)) this.#broken('G9', `${cmd} ${key} was decided twice`)
        this.#outcomes.add(key)
        if (cmd === 'cancel') this.#cancelled.add(key)
        return
      }
      case 'member': {
        const { room, user, isMember } = put.record
        if (this.member(room, user).isMember !== isMember) {
          this.#members.set(`${room} ${user}`, { isMember, sinceMs: this.#nowMs() })
        }
        return
      }
      case 'session':
        return this.#end(put.record.session, put.record.isEnded)
      case 'user':
        if (put.record.isActive) this.inactive.delete(put.record.user)
        else this.inactive.add(put.record.user)
        return
      case 'token':
        return this.#end(put.record.token, put.record.isEnded)
      case 'room': {
        const { room, name, directKey } = put.record
        const isNew = advances.some(
          (advance) => advance.stream === 'room' && advance.room === room && advance.from === 0,
        )
        if (!isNew || directKey !== null) return
        // Every createRoom of a world names its room differently.
        if (this.#roomNames.has(name)) this.#broken('G9', `${name} was made twice`)
        this.#roomNames.add(name)
        return
      }
      default:
        assert(put.put !== 'cursor' || put.to > put.from, 'a cursor goes forward by itself')
    }
  }

  #end(id: SessionId | TokenId, isEnded: boolean): void {
    if (isEnded && !this.#ended.has(id)) this.#ended.set(id, this.#nowMs())
  }
}
