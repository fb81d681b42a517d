/**
 * Bumps: what members who do not have a room open are told of it, at most once a second. A process joins a room's group
 * once while any connected person is a member.
 */

import type { Clock } from '../clock.ts'
import type { Bump } from '../protocol/frames.ts'
import { type Rev, type RoomId, type Seq, type UserId, rev, seq } from '../protocol/ids.ts'
import type { Hub } from '../realtime/hub.ts'
import type { Spawn } from '../spawn.ts'
import type { Store } from '../store/store.ts'
import type { ConnectedPerson } from './connected-person.ts'
import type { ChatSession } from './session.ts'
import { type RoomNotes, roomStream } from './streams.ts'

/** A room with connected members, and how far it has come. */
type Watched = {
  readonly room: RoomId
  readonly people: Set<ConnectedPerson>
  readonly listening: Promise<Disposable>
  lastSeq: Seq
  lastRev: Rev
  author: UserId | null
}

const headsAtOnce = 1_000

export class BumpBoard {
  readonly #deps: { readonly hub: Hub; readonly store: Store; readonly clock: Clock; readonly spawn: Spawn }
  readonly #watched = new Map<RoomId, Watched>()
  readonly #waiting = new Set<ChatSession>()

  constructor(deps: { readonly hub: Hub; readonly store: Store; readonly clock: Clock; readonly spawn: Spawn }) {
    this.#deps = deps
  }

  /** From now on this person hears of the room. `known`: what they were just told of it; null: nothing. */
  watch(person: ConnectedPerson, room: RoomId, known: { readonly lastSeq: Seq; readonly lastRev: Rev } | null): void {
    person.rooms.add(room)
    const watched = this.#watched.get(room) ?? this.#open(room)
    watched.people.add(person)
    if (known === null) return
    // What this process has heard and the person has not: it fell between their reading and now.
    if (watched.lastRev > known.lastRev) this.#bumpPerson(person, bumpOf(watched, null, person.user))
    watched.lastRev = rev(Math.max(watched.lastRev, known.lastRev))
    watched.lastSeq = seq(Math.max(watched.lastSeq, known.lastSeq))
  }

  unwatch(person: ConnectedPerson, room: RoomId): void {
    person.rooms.delete(room)
    const watched = this.#watched.get(room)
    if (watched === undefined) return
    watched.people.delete(person)
    if (watched.people.size > 0) return
    this.#watched.delete(room)
    this.#deps.spawn('stop listening', async () => (await watched.listening)[Symbol.dispose]())
  }

  forget(person: ConnectedPerson): void {
    for (const room of person.rooms) this.unwatch(person, room)
  }

  /** Tells what has gathered since the last second. */
  flush(): void {
    for (const session of this.#waiting) session.flushBumps()
    this.#waiting.clear()
  }

  /** Looks at one of `slices` slices of the rooms; what was never announced is told now. */
  async checkHeads(slice: number, slices: number): Promise<void> {
    const some = [...this.#watched.values()].filter((_, index) => index % slices === slice)
    for (let start = 0; start < some.length; start += headsAtOnce) {
      const checked = some.slice(start, start + headsAtOnce)
      const heads = await this.#deps.store.heads({
        rooms: checked.map(({ room }) => room),
        users: [],
        sessions: [],
        nowMs: 0,
      })
      for (const [index, watched] of checked.entries()) {
        const head = heads.rooms[index]
        if (head !== undefined)
          this.#moved(watched, head.lastRev, { lastSeq: head.lastSeq, author: null, mentions: [], settings: null })
      }
    }
  }

  #open(room: RoomId): Watched {
    const listening = this.#deps.hub.listen(roomStream(room), {
      event: ({ to, notes }) => this.#moved(watched, rev(to), parseNotes(notes)),
    })
    const watched: Watched = { room, people: new Set(), listening, lastSeq: seq(0), lastRev: rev(0), author: null }
    this.#watched.set(room, watched)
    this.#deps.spawn('look where a room is', async () => {
      await listening
      await this.#look(watched)
    })
    return watched
  }

  /** Joined: what happened between a member's reading and the joining is found by looking once more. */
  async #look(watched: Watched): Promise<void> {
    const { rooms } = await this.#deps.store.heads({ rooms: [watched.room], users: [], sessions: [], nowMs: 0 })
    const head = rooms[0]
    if (head === undefined) return
    this.#moved(watched, head.lastRev, { lastSeq: head.lastSeq, author: null, mentions: [], settings: null })
  }

  #moved(watched: Watched, to: Rev, notes: RoomNotes): void {
    if (to <= watched.lastRev) return
    watched.lastRev = to
    if (notes.lastSeq !== null && notes.lastSeq > watched.lastSeq) {
      watched.lastSeq = notes.lastSeq
      watched.author = notes.author
    }
    for (const person of watched.people) this.#bumpPerson(person, bumpOf(watched, notes, person.user))
  }

  #bumpPerson(person: ConnectedPerson, bump: Bump): void {
    for (const session of person.sessions) {
      if (session.addBump(bump, this.#deps.clock.monotonicMs()) === 'later') this.#waiting.add(session)
    }
  }
}

function bumpOf({ room, lastSeq, lastRev, author }: Watched, notes: RoomNotes | null, user: UserId): Bump {
  const mentions = (notes?.mentions ?? []).filter(({ users }) => users.includes(user)).map(({ seq: at }) => at)
  const bump = { room, lastSeq, lastRev, author, mentions }
  return notes !== null && notes.settings !== null ? { ...bump, settings: notes.settings } : bump
}

/** A later bump of a room holds what an unsent earlier one said, too. */
export function mergeBumps(earlier: Bump | undefined, later: Bump): Bump {
  if (earlier === undefined) return later
  const mentions = [...new Set([...earlier.mentions, ...later.mentions])]
  return { ...earlier, ...later, mentions }
}

function parseNotes(notes: unknown): RoomNotes {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by announce.ts
  return JSON.parse(String(notes)) as RoomNotes
}
