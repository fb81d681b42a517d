/**
 * The gateway of a process: everybody who is connected to it, the rooms they are members of, and what has to be told to
 * whom besides what they follow: bumps of rooms that are not open, ended sessions, presence, changed names.
 */

import type { Clock } from '../clock.ts'
import type { ChannelLayer } from '../layer/layer.ts'
import { encodeFrame } from '../protocol/codec.ts'
import type { Presence } from '../protocol/frames.ts'
import { type RoomId, type SessionId, type UserId, seq } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import type { User } from '../protocol/rows.ts'
import type { ConsumerFactory } from '../realtime/consumer.ts'
import type { Hub } from '../realtime/hub.ts'
import { type BucketMap, bucketMap } from '../realtime/token-bucket.ts'
import type { Report, Spawn } from '../spawn.ts'
import type { Store } from '../store/store.ts'
import { peopleGroup } from './announce.ts'
import type { Ask } from './ask.ts'
import { BumpBoard } from './bumps.ts'
import { ConnectedPerson } from './connected-person.ts'
import { PresenceBoard } from './presence.ts'
import { type PrepareDeps } from './prepare.ts'
import type { Secrets } from './secrets.ts'
import { ChatSession } from './session.ts'
import { type OwnNotes, userStream } from './streams.ts'

export type GatewayDeps = PrepareDeps & {
  readonly store: Store
  readonly hub: Hub
  readonly layer: ChannelLayer
  readonly ask: Ask
  readonly clock: Clock
  readonly secrets: Secrets
  readonly spawn: Spawn
  readonly report: Report
}

export type GatewayOptions = {
  /** How often the server pings; a link is dead after twice as long. */
  readonly pingMs: number
  readonly version: string
  /** Off for load tests only. */
  readonly rateLimits: boolean
}

const tickMs = 1_000
const headCheckMs = 5_000
/** A process that could not look for this long does not know any more who may read what [G6]. */
const blindMaxMs = 30_000
const seenMs = 5 * 60_000
/** Rooms that nobody has open are looked at this often, a slice at each head check. */
const unopenedCheckMs = 60_000

export class Gateway implements AsyncDisposable {
  readonly deps: GatewayDeps
  readonly options: GatewayOptions
  readonly presence: PresenceBoard
  readonly bumps: BumpBoard
  readonly userBuckets: { readonly commands: BucketMap; readonly queries: BucketMap }
  readonly #people = new Map<UserId, ConnectedPerson>()
  readonly #sessions = new Set<ChatSession>()
  readonly #watchers = new Map<UserId, Set<ChatSession>>()
  readonly #changedPresence = new Map<UserId, Presence>()
  readonly #changedUsers = new Map<UserId, User>()
  readonly #stopped = new AbortController()
  #listening: AsyncDisposable | null = null
  #checkedAtMs: number
  #slice = 0

  constructor(deps: GatewayDeps, options: GatewayOptions) {
    this.deps = deps
    this.options = options
    this.#checkedAtMs = deps.clock.monotonicMs()
    this.presence = new PresenceBoard(deps, (user, presence) => this.#changedPresence.set(user, presence))
    this.bumps = new BumpBoard(deps)
    const { commandsBurst, commandsPerSecond, queriesBurst, queriesPerSecond } = limits
    const keysMax = 100_000
    this.userBuckets = {
      commands: bucketMap({ burst: commandsBurst * 2, perSecond: commandsPerSecond * 2 }, deps.clock, { keysMax }),
      queries: bucketMap({ burst: queriesBurst * 2, perSecond: queriesPerSecond * 2 }, deps.clock, { keysMax }),
    }
  }

  /** Starts what runs by the clock and listens to what concerns everybody. */
  async open(): Promise<void> {
    const { layer, spawn } = this.deps
    this.#listening = await layer.subscribe(peopleGroup, (message) => this.#userChanged(message['user']))
    spawn('tell what changed in the last second', () => this.#every(tickMs, () => this.#tick()))
    spawn('check the heads', () => this.#every(headCheckMs, () => this.#check()))
    spawn('note who was seen', () => this.#every(seenMs, () => this.#noteSeen()))
  }

  readonly consumer: ConsumerFactory = (connection, request) => {
    const session = new ChatSession(this, connection, request)
    this.#sessions.add(session)
    return session
  }

  /** A session has shown who it is. */
  async arrived(session: ChatSession, user: UserId): Promise<ConnectedPerson> {
    let person = this.#people.get(user)
    if (person === undefined) {
      const created = new ConnectedPerson(user)
      person = created
      this.#people.set(user, created)
      created.listening = this.deps.hub.listen(userStream(user), {
        event: ({ to, notes }) => {
          created.rev = to
          this.#ownChange(created, notes)
        },
      })
    }
    person.sessions.add(session)
    this.presence.arrived(user)
    // What ends this session from here on is heard.
    const listening = await person.listening
    person.rev = Math.max(person.rev, listening?.head ?? 0)
    return person
  }

  left(session: ChatSession, person: ConnectedPerson | null): void {
    this.#sessions.delete(session)
    this.watch(session, [])
    if (person === null) return
    this.presence.left(person.user)
    person.sessions.delete(session)
    if (person.sessions.size > 0) return
    this.#people.delete(person.user)
    this.bumps.forget(person)
    this.deps.spawn('stop listening', async () => (await person.listening)?.[Symbol.dispose]())
  }

  /** Replaces the list of people whose presence a session is told. */
  watch(session: ChatSession, users: readonly UserId[]): void {
    for (const user of session.watched) {
      const watchers = this.#watchers.get(user)
      watchers?.delete(session)
      if (watchers?.size === 0) this.#watchers.delete(user)
    }
    session.watched = users
    for (const user of users) {
      const watchers = this.#watchers.get(user) ?? new Set()
      this.#watchers.set(user, watchers.add(session))
    }
  }

  /** Tells every client to come back a little later, before the server stops. */
  drain(afterMs: number, jitterMs: number): void {
    const text = encodeFrame({ type: 'drain', afterMs, jitterMs })
    for (const session of this.#sessions) session.connection.send(text)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    this.presence.close()
    for (const session of this.#sessions) session.connection.close('draining')
    await this.#listening?.[Symbol.asyncDispose]()
  }

  /** Somebody's own rows changed: which rooms they are in, which sessions still hold. */
  #ownChange(person: ConnectedPerson, notes: unknown): void {
    const { memberships, endedSessions, isDeactivated, hasProfile } = parseOwnNotes(notes) ?? unknownNotes
    for (const { room, isMember, lastRev } of memberships) {
      if (!isMember) this.#removed(person, room)
      else {
        this.bumps.watch(person, room, { lastSeq: seq(0), lastRev })
        // Also when one session knew of the room: the others are told of it by this.
        for (const session of person.sessions) this.bumps.catchUp(session, person, { room, after: lastRev })
      }
    }
    for (const session of person.sessions) {
      if (isDeactivated) session.connection.close('deactivated')
      else if (endedSessions.some((ended) => ended === session.id)) session.connection.close('session_ended')
    }
    if (hasProfile) this.deps.spawn('check sessions', () => this.#checkSessions([...person.sessions]))
  }

  #removed(person: ConnectedPerson, room: RoomId): void {
    this.bumps.unwatch(person, room)
    for (const session of person.sessions) session.removedFrom(room)
  }

  #userChanged(encoded: unknown): void {
    if (typeof encoded !== 'string') return
    const user = parseUser(encoded)
    this.#changedUsers.set(user.id, user)
  }

  async #tick(): Promise<void> {
    this.#closeIfBlind()
    this.bumps.flush()
    for (const [user, presence] of this.#changedPresence) {
      for (const session of this.#watchers.get(user) ?? []) session.addPresence({ user, presence })
    }
    this.#changedPresence.clear()
    for (const user of this.#changedUsers.values()) {
      const text = encodeFrame({ type: 'user', user })
      for (const session of this.#sessions) if (session.isReady()) session.connection.send(text)
    }
    this.#changedUsers.clear()
    for (const session of this.#sessions) session.flushPresence()
  }

  async #check(): Promise<void> {
    const { clock, hub, report } = this.deps
    try {
      await hub.checkHeads()
      await this.#checkSessions([...this.#sessions])
      const slices = Math.ceil(unopenedCheckMs / headCheckMs)
      await this.bumps.checkHeads(this.#slice++ % slices, slices)
      this.#checkedAtMs = clock.monotonicMs()
    } catch (error) {
      report('head check failed', { error })
    }
  }

  /** By its own clock, and not at the end of a check: one that is never answered would keep everybody connected. */
  #closeIfBlind(): void {
    if (this.deps.clock.monotonicMs() - this.#checkedAtMs < blindMaxMs) return
    for (const session of this.#sessions) session.connection.close('overloaded', 'the store cannot be reached')
  }

  async #checkSessions(sessions: readonly ChatSession[]): Promise<void> {
    const known = sessions.flatMap((session) => (session.id === null ? [] : [{ session, id: session.id }]))
    for (let start = 0; start < known.length; start += headsAtOnce) {
      const some = known.slice(start, start + headsAtOnce)
      const { sessions: areValid } = await this.deps.store.heads({
        rooms: [],
        users: [],
        sessions: some.map(({ id }) => id),
        nowMs: this.deps.clock.nowMs(),
      })
      for (const [index, { session }] of some.entries()) {
        if (areValid[index] === false) session.connection.close('session_ended')
      }
    }
  }

  async #noteSeen(): Promise<void> {
    const sessions = [...this.#sessions].flatMap(({ id }) => (id === null ? [] : [id]))
    await this.deps.store.seen({ sessions: sessions satisfies SessionId[], atMs: this.deps.clock.nowMs() })
  }

  async #every(ms: number, work: () => Promise<void>): Promise<void> {
    const { clock, report } = this.deps
    for (;;) {
      await clock.sleep(ms, this.#stopped.signal)
      if (this.#stopped.signal.aborted) return
      await work().catch((error: unknown) => report('periodic work failed', { error }))
    }
  }
}

const headsAtOnce = 1_000

/** Of a leap: nobody has said what changed. */
const unknownNotes: OwnNotes = { memberships: [], endedSessions: [], isDeactivated: false, hasProfile: true }

function parseOwnNotes(notes: unknown): OwnNotes | null {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by announce.ts
  return JSON.parse(String(notes)) as OwnNotes | null
}

function parseUser(encoded: string): User {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by announce.ts
  return JSON.parse(encoded) as User
}
