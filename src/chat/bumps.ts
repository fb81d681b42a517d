/**
 * Bumps: what members who do not have a room open are told of it, at most once a second. A process joins a room's group
 * once while any connected person is a member.
 */

import type { Clock } from '../clock.ts'
import type { Bump } from '../protocol/frames.ts'
import { type Rev, type RoomId, type Seq, type UserId, rev } from '../protocol/ids.ts'
import type { Hub, StreamLog } from '../realtime/hub.ts'
import type { Report, Spawn } from '../spawn.ts'
import type { Store } from '../store/store.ts'
import type { ConnectedPerson } from './connected-person.ts'
import type { ChatSession } from './session.ts'
import { streamLog } from './stream-log.ts'
import { type RoomNotes, roomStream } from './streams.ts'

/** A room with connected members, and how far it has come. */
type Watched = {
  readonly room: RoomId
  readonly people: Set<ConnectedPerson>
  readonly listening: Promise<Disposable>
  lastSeq: Seq
  lastRev: Rev
  author: UserId | null
  /** Of the settings that were told last. */
  settingsRev: Rev
}

type BumpDeps = {
  readonly hub: Hub
  readonly store: Store
  readonly clock: Clock
  readonly spawn: Spawn
  readonly report: Report
}

type Head = { readonly lastSeq: Seq; readonly lastRev: Rev }

/** A reading of the log that failed is tried again after this. */
const retryMs = 1_000
/** As many as a membership row tells. */
const mentionsMax = 99

export class BumpBoard {
  readonly #deps: BumpDeps
  readonly #log: StreamLog
  readonly #watched = new Map<RoomId, Watched>()
  readonly #waiting = new Set<ChatSession>()

  constructor(deps: BumpDeps) {
    this.#deps = deps
    this.#log = streamLog(deps.store)
  }

  /** From now on this person hears of the room. `known`: how far they were just told of it; what is between is told now. */
  watch(person: ConnectedPerson, room: RoomId, known: Head): void {
    person.rooms.set(room, rev(Math.max(person.rooms.get(room) ?? 0, known.lastRev)))
    const watched = this.#watched.get(room) ?? this.#open(room, known)
    watched.people.add(person)
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

  /** Tells one connection what happened in a room after what it has been told of it. */
  catchUp(
    session: ChatSession,
    person: ConnectedPerson,
    { room, after }: { readonly room: RoomId; readonly after: Rev },
  ): void {
    const watched = this.#watched.get(room)
    if (watched === undefined || !watched.people.has(person) || watched.lastRev <= after) return
    if (session.follows(room)) return
    this.#deps.spawn('tell what was missed', () =>
      this.#replay(watched, after, (notes) => {
        if (watched.people.has(person) && !session.follows(room))
          this.#bump(session, bumpOf(watched, notes, person.user))
      }),
    )
  }

  forget(person: ConnectedPerson): void {
    for (const room of person.rooms.keys()) this.unwatch(person, room)
  }

  /** Tells what has gathered since the last second. */
  flush(): void {
    const nowMs = this.#deps.clock.monotonicMs()
    for (const session of this.#waiting) if (session.flushBumps(nowMs) === 'done') this.#waiting.delete(session)
  }

  /** Looks at one of `slices` slices of the rooms; what was never announced is read from the log, and told. */
  async checkHeads(slice: number, slices: number): Promise<void> {
    const some = [...this.#watched.keys()].filter((_, index) => index % slices === slice)
    await this.#deps.hub.checkHeads(some.map(roomStream))
  }

  #open(room: RoomId, { lastSeq, lastRev }: Head): Watched {
    const listening = this.#deps.hub.listen(roomStream(room), {
      event: ({ to, notes }) => this.#heard(watched, rev(to), parseNotes(notes)),
    })
    const watched: Watched = { room, people: new Set(), listening, lastSeq, lastRev, author: null, settingsRev: rev(0) }
    this.#watched.set(room, watched)
    this.#deps.spawn('look where a room is', async () => {
      // Joined: what happened between the member's reading and the joining is in the log.
      const { head } = await listening
      if ((head ?? 0) > lastRev) await this.#replay(watched, lastRev, (notes) => this.#bumpAll(watched, notes))
    })
    return watched
  }

  /** Reads what happened after a rev, and tells it; too much of it: only where the room is by now. */
  async #replay(watched: Watched, after: Rev, tell: (notes: RoomNotes | null) => void): Promise<void> {
    const { clock, report } = this.#deps
    const stream = roomStream(watched.room)
    for (let at: number = after; this.#watched.get(watched.room) === watched;) {
      try {
        const page = await this.#log.read(stream, at)
        if (page.is === 'too_far') return await this.#look(watched)
        const notes = parseNotes(page.notes)
        this.#moved(watched, rev(page.through), notes)
        tell(notes)
        if (page.isLast) return
        at = page.through
      } catch (error) {
        report('reading what was missed failed', { error, stream })
        await clock.sleep(retryMs)
      }
    }
  }

  async #look(watched: Watched): Promise<void> {
    const { rooms } = await this.#deps.store.heads({ rooms: [watched.room], users: [], sessions: [], nowMs: 0 })
    const head = rooms[0]
    if (head !== undefined) this.#sawHead(watched, head)
  }

  #sawHead(watched: Watched, { lastRev, lastSeq }: Head): void {
    if (lastRev <= watched.lastRev && lastSeq <= watched.lastSeq) return
    watched.lastRev = rev(Math.max(watched.lastRev, lastRev))
    if (lastSeq > watched.lastSeq) {
      watched.lastSeq = lastSeq
      watched.author = null
    }
    this.#bumpAll(watched, null)
  }

  /** Each change is heard once, and told even when its head was seen before: a head knows nothing of mentions. */
  #heard(watched: Watched, to: Rev, notes: RoomNotes | null): void {
    // A leap: nobody has said what happened, so where the room is by now has to be looked up.
    if (notes === null) return this.#deps.spawn('look where a room is', () => this.#look(watched))
    this.#moved(watched, to, notes)
    // Before anything is told: what is their own, which says the same, may come later, or be lost.
    for (const person of watched.people) {
      // Who is known to be there later than this has come back.
      const isBack = (person.rooms.get(watched.room) ?? 0) >= to
      if (notes.removed.includes(person.user) && !isBack) this.unwatch(person, watched.room)
    }
    this.#bumpAll(watched, notes)
  }

  #moved(watched: Watched, to: Rev, notes: RoomNotes | null): void {
    watched.lastRev = rev(Math.max(watched.lastRev, to))
    if (notes === null) return
    if (notes.settings !== null) watched.settingsRev = rev(Math.max(watched.settingsRev, notes.settings.rev))
    if (notes.lastSeq === null || notes.lastSeq < watched.lastSeq) return
    watched.lastSeq = notes.lastSeq
    watched.author = notes.author
  }

  #bumpAll(watched: Watched, notes: RoomNotes | null): void {
    // Of a room that everybody has open, nothing is made for anybody.
    for (const person of watched.people) {
      let bump: Bump | null = null
      for (const session of person.sessions) {
        if (session.follows(watched.room)) continue
        bump ??= bumpOf(watched, notes, person.user)
        this.#bump(session, bump)
      }
    }
  }

  #bump(session: ChatSession, bump: Bump): void {
    if (session.addBump(bump, this.#deps.clock.monotonicMs()) === 'later') this.#waiting.add(session)
  }
}

function bumpOf(watched: Watched, notes: RoomNotes | null, user: UserId): Bump {
  const { room, lastSeq, lastRev, author, settingsRev } = watched
  const mentions = (notes?.mentions ?? []).filter(({ users }) => users.includes(user)).map(({ seq: at }) => at)
  const unmentions = (notes?.changed ?? []).filter((at) => !mentions.includes(at))
  const settings = notes?.settings ?? null
  return {
    room,
    lastSeq,
    lastRev,
    author,
    mentions,
    ...(unmentions.length > 0 && { unmentions }),
    // What is read from the log may come after what was announced behind it.
    ...(settings !== null && settings.rev >= settingsRev && { settings }),
  }
}

/** A later bump of a room holds what an unsent earlier one said, too. */
export function mergeBumps(earlier: Bump | undefined, later: Bump): Bump {
  if (earlier === undefined) return later
  const gone = later.unmentions ?? []
  const mentions = new Set([...earlier.mentions.filter((at) => !gone.includes(at)), ...later.mentions])
  const unmentions = new Set([...(earlier.unmentions ?? []).filter((at) => !later.mentions.includes(at)), ...gone])
  return {
    ...earlier,
    ...later,
    mentions: [...mentions].slice(-mentionsMax),
    ...(unmentions.size > 0 && { unmentions: [...unmentions] }),
  }
}

function parseNotes(notes: unknown): RoomNotes | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by announce.ts
  return JSON.parse(String(notes)) as RoomNotes | null
}
