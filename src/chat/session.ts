/**
 * The session of one connection: the chat's consumer. It says hello, follows rooms through the hub, turns commands into
 * questions to the queue and queries into reads of the store. Frames are handled in the order in which they come.
 */

import { decodeClientMessage, encodeFrame } from '../protocol/codec.ts'
import type { OwnCommand, RoomCommand } from '../protocol/commands.ts'
import { type WireError, wireError } from '../protocol/errors.ts'
import type { Bump, CheckedFrame, Presence, RefusedInput, ServerFrame } from '../protocol/frames.ts'
import type { CommandId, Rev, RoomId, SessionId, UserId } from '../protocol/ids.ts'
import { rev } from '../protocol/ids.ts'
import { limits } from '../protocol/limits.ts'
import type { Query } from '../protocol/queries.ts'
import { Refusal } from '../protocol/check.ts'
import type { Connection, ConnectionRequest, Consumer } from '../realtime/consumer.ts'
import type { Following } from '../realtime/hub.ts'
import { type TokenBucket, tokenBucket } from '../realtime/token-bucket.ts'
import type { Welcome } from '../store/store.ts'
import type { Person } from './actor.ts'
import { mergeBumps } from './bumps.ts'
import { type OutcomeText, errorText, keyOf } from './ask.ts'
import type { ConnectedPerson } from './connected-person.ts'
import { cookieToken } from './cookie.ts'
import type { Envelope } from './decide.ts'
import { OwnFollower, RoomFollower } from './followers.ts'
import type { Gateway } from './gateway.ts'
import { fingerprintOf, isReadyAsItIs, prepare } from './prepare.ts'
import { answerQuery } from './queries.ts'
import { hashToken } from './secrets.ts'
import { roomStream, userStream } from './streams.ts'

/** Frames that may wait while a hello is being looked into. */
const earlyFramesMax = 16
/** Commands and queries of one connection that are not answered yet: a bound on what it can make us hold. */
const unansweredMax = 200
const bumpEveryMs = 1_000
/** Follows cost a reading each, and no client needs more than to come back with all its rooms, now and then. */
const rates = {
  commands: { burst: limits.commandsBurst, perSecond: limits.commandsPerSecond },
  queries: { burst: limits.queriesBurst, perSecond: limits.queriesPerSecond },
  follows: { burst: 4 * limits.roomsFollowedMax, perSecond: 20 },
}

type State =
  | { readonly is: 'new' }
  | { readonly is: 'opening'; readonly early: CheckedFrame[] }
  | {
      readonly is: 'open'
      readonly actor: Person
      readonly person: ConnectedPerson
    }
  | { readonly is: 'closed' }
type Open = Extract<State, { is: 'open' }>
type OpenRoom = { readonly follower: RoomFollower; readonly following: Following }

export class ChatSession implements Consumer {
  readonly connection: Connection
  watched: readonly UserId[] = []
  readonly #gateway: Gateway
  #cookieToken: string | null
  #agent: string
  #state: State = { is: 'new' }
  #own: Following | null = null
  /** The rooms that are open, from the first one on. */
  #rooms: Map<RoomId, OpenRoom> | null = null
  #unanswered = 0
  #bumps: Map<RoomId, Bump> | null = null
  #bumpedAtMs = Number.NEGATIVE_INFINITY
  #presence: Map<UserId, Presence> | null = null
  /** Each from its first use on: most connections only listen. */
  #buckets: { [Kind in keyof typeof rates]?: TokenBucket } | null = null

  constructor(gateway: Gateway, connection: Connection, request: ConnectionRequest) {
    this.#gateway = gateway
    this.connection = connection
    this.#cookieToken = cookieToken(request.header('cookie'))
    this.#agent = request.header('user-agent') ?? ''
  }

  /** The session or personal token behind it; null before the hello was answered. */
  get id(): SessionId | null {
    return this.#state.is === 'open' ? this.#state.actor.session : null
  }

  isReady(): boolean {
    return this.#state.is === 'open'
  }

  ping(): string {
    const heads: Record<RoomId, Rev> = {}
    for (const [room, { following }] of this.#rooms ?? []) heads[room] = rev(following.rev())
    return encodeFrame({ type: 'ping', rev: rev(this.#own?.rev() ?? 0), heads })
  }

  receive(text: string): void {
    for (const frame of decodeClientMessage(text)) {
      if (frame instanceof Refusal) this.#refuse(frame)
      else this.#handle(frame)
    }
  }

  closed(): void {
    const person = this.#state.is === 'open' ? this.#state.person : null
    this.#state = { is: 'closed' }
    this.#own?.[Symbol.dispose]()
    for (const { following } of this.#rooms?.values() ?? []) following[Symbol.dispose]()
    this.#rooms = null
    this.#gateway.left(this, person)
  }

  follows(room: RoomId): boolean {
    return this.#rooms?.has(room) === true
  }

  /** Sends a bump at once when the last one was a second ago; else keeps it for `flushBumps`. */
  addBump(bump: Bump, nowMs: number): 'done' | 'later' {
    this.#bumps ??= new Map()
    this.#bumps.set(bump.room, mergeBumps(this.#bumps.get(bump.room), bump))
    return this.flushBumps(nowMs)
  }

  /** Later: the last one was less than a second ago, or the reader is stalled; merged, they take little room till then. */
  flushBumps(nowMs: number): 'done' | 'later' {
    if (this.#bumps === null || !this.connection.isOpen()) return 'done'
    if (nowMs - this.#bumpedAtMs < bumpEveryMs || this.connection.isBehind()) return 'later'
    // One that was opened meanwhile is followed: it has read what the bump would tell.
    const bumps = [...this.#bumps.values()].filter(({ room }) => this.#rooms?.has(room) !== true)
    this.#bumps = null
    if (bumps.length === 0) return 'done'
    this.#bumpedAtMs = nowMs
    this.#send({ type: 'bump', bumps })
    return 'done'
  }

  addPresence(change: { readonly user: UserId; readonly presence: Presence }): void {
    this.#presence ??= new Map()
    this.#presence.set(change.user, change.presence)
  }

  flushPresence(): void {
    if (this.#presence === null || this.connection.isBehind()) return
    this.#send({ type: 'presence', users: [...this.#presence].map(([user, presence]) => ({ user, presence })) })
    this.#presence = null
  }

  /** The room is not theirs to read any more. */
  removedFrom(room: RoomId): void {
    this.#bumps?.delete(room)
    this.#unfollow(room, wireError('not_found', { message: 'You are not a member of this room any more.' }))
  }

  /** A following that ended by itself: dropped, or denied by the store. */
  followingEnded(room: RoomId): void {
    this.#unfollow(room, wireError('not_found', { field: 'room' }))
  }

  #handle(frame: CheckedFrame): void {
    // Closed by us: what else was in the message, or in the early frames, is not done any more [G6].
    if (!this.connection.isOpen()) return
    const state = this.#state
    switch (state.is) {
      case 'new':
        if (frame.type === 'hello') return this.#hello(frame)
        if (frame.type === 'ping') return this.#send({ type: 'pong' })
        if (frame.type === 'pong') return
        return this.connection.close('protocol_error', 'say hello first')
      case 'opening':
        if (state.early.length >= earlyFramesMax) return this.connection.close('too_fast', 'wait for the welcome')
        state.early.push(frame)
        return
      case 'open':
        return this.#handleOpen(state, frame)
      case 'closed':
        return
      default:
        return state satisfies never
    }
  }

  #handleOpen(state: Open, frame: CheckedFrame): void {
    switch (frame.type) {
      case 'hello':
        return this.connection.close('protocol_error', 'hello twice')
      case 'follow':
        return frame.room === null
          ? this.#followOwn(state, frame.rev, false)
          : this.#follow(state, frame.room, frame.rev)
      case 'unfollow':
        return this.#closeRoom(state, frame.room)
      case 'do':
        return this.#do(state, frame.commands)
      case 'query':
        return this.#query(state, frame.id, frame.query)
      case 'refused_query':
        return this.#reply(frame.id, { error: frame.refused })
      case 'typing':
        return this.#typing(state, frame.room)
      case 'watch':
        return this.#watch(frame.users)
      case 'ping':
        return this.#send({ type: 'pong' })
      case 'pong':
        return
      default:
        return frame satisfies never
    }
  }

  #hello({ token, agent }: Extract<CheckedFrame, { type: 'hello' }>): void {
    const shown = token ?? this.#cookieToken
    this.#cookieToken = null
    if (agent !== undefined) this.#agent = agent
    if (shown === null) return this.connection.close('unauthenticated')
    const opening: State = { is: 'opening', early: [] }
    this.#state = opening
    this.#gateway.deps.spawn('hello', async () => {
      try {
        await this.#open(opening, shown)
      } catch (error) {
        this.#gateway.deps.report('hello failed', { error })
        this.connection.close('server_error')
      }
    })
  }

  async #open(opening: Extract<State, { is: 'opening' }>, token: string): Promise<void> {
    const { store, clock } = this.#gateway.deps
    const tokenHash = hashToken(token)
    const look = async (): Promise<Welcome | null> =>
      store.welcome({ tokenHash, nowMs: clock.nowMs(), roomsMax: limits.roomsPageMax })
    let welcome = await look()
    // The socket may have closed while we read.
    if (this.#state !== opening) return
    if (welcome === null) return this.connection.close('unauthenticated')
    const person = await this.#gateway.arrived(this, welcome.user.id)
    // What changed before we listened may have ended this very session, or taken a room away: read again [G6].
    while (this.#state === opening && welcome !== null && person.rev > welcome.rev) welcome = await look()
    if (this.#state !== opening) return this.#gateway.left(this, person)
    if (welcome === null) {
      this.#gateway.left(this, person)
      return this.connection.close('session_ended')
    }
    const actor: Person = { is: 'person', user: welcome.user.id, session: welcome.session }
    this.#state = { is: 'open', actor, person }
    this.#welcome(welcome, person)
    this.#followOwn(this.#state, welcome.rev, true)
    for (const frame of opening.early) this.#handle(frame)
    await this.#moreRooms(welcome, person)
  }

  #welcome({ user, session, server, rev: at, rooms, isLast }: Welcome, person: ConnectedPerson): void {
    const { deps, options } = this.#gateway
    this.#send({
      type: 'welcome',
      user,
      session,
      server: { name: server.name, version: options.version },
      serverTimeMs: deps.clock.nowMs(),
      pingMs: options.pingMs,
      limits,
      features: [],
      rev: at,
      rooms,
      isLast,
    })
    this.#hearOf(person, rooms)
  }

  async #moreRooms(welcome: Welcome, person: ConnectedPerson): Promise<void> {
    let { rooms, isLast } = welcome
    while (!isLast && this.#state.is === 'open') {
      const after = rooms.at(-1)?.room.id
      if (after === undefined) return
      const before = person.rev
      const page = await this.#gateway.deps.store.memberships({ user: person.user, after, limit: limits.roomsPageMax })
      // A room may have been taken away while we read: what the page says of it is too old to act on.
      if (person.rev !== before) continue
      ;({ rooms, isLast } = page)
      this.#send({ type: 'rooms', rooms, isLast })
      this.#hearOf(person, rooms)
    }
  }

  /** From now on, and of what happened since these rows were read. */
  #hearOf(person: ConnectedPerson, rooms: Welcome['rooms']): void {
    const { bumps } = this.#gateway
    for (const { room } of rooms) {
      bumps.watch(person, room.id, room)
      bumps.catchUp(this, person, { room: room.id, after: room.lastRev })
    }
  }

  #followOwn({ actor }: Open, after: Rev, isKnownCurrent: boolean): void {
    this.#own?.[Symbol.dispose]()
    const follower = new OwnFollower(this.#gateway.deps.store, this.connection, actor.user, isKnownCurrent)
    this.#own = this.#gateway.deps.hub.follow(userStream(actor.user), follower, after)
  }

  #follow({ actor }: Open, room: RoomId, after: Rev): void {
    if (this.#gateway.options.rateLimits && !this.#bucket('follows').take(1))
      return this.connection.close('too_fast', 'too many follows')
    this.#rooms ??= new Map()
    const before = this.#rooms.get(room)
    if (before === undefined && this.#rooms.size >= limits.roomsFollowedMax) {
      const error = wireError('limit_reached', { limit: 'roomsFollowedMax' })
      return this.#send({ type: 'unfollowed', room, error })
    }
    before?.following[Symbol.dispose]()
    const follower = new RoomFollower(this.#gateway.deps.store, this, room, actor.user)
    this.#rooms.set(room, { follower, following: this.#gateway.deps.hub.follow(roomStream(room), follower, after) })
  }

  #unfollow(room: RoomId, error: WireError): void {
    if (this.#stopFollowing(room) !== null) this.#send({ type: 'unfollowed', room, error })
  }

  /** They do not want to see it now. From here on bumps tell of it, first of what had not been written yet. */
  #closeRoom({ person }: Open, room: RoomId): void {
    const at = this.#stopFollowing(room)
    if (at !== null) this.#gateway.bumps.catchUp(this, person, { room, after: at })
  }

  /** The rev up to which the room was written to the connection; null: it was not followed. */
  #stopFollowing(room: RoomId): Rev | null {
    const following = this.#rooms?.get(room)?.following
    if (following === undefined) return null
    this.#rooms?.delete(room)
    const at = rev(following.rev())
    following[Symbol.dispose]()
    return at
  }

  /** In order: what one of them has to be asked again for must not be overtaken by those behind it [G10]. */
  #do({ actor }: Open, commands: readonly (RoomCommand | OwnCommand | RefusedInput)[]): void {
    const lanes = new Map<string, Envelope[]>()
    let refusal: WireError | null = null
    for (const command of commands) {
      if ('refused' in command) {
        this.#reply(command.id, { error: command.refused })
        continue
      }
      refusal ??= this.#tooFast(actor, this.#bucket('commands'))
      if (refusal !== null) {
        this.#reply(command.id, { error: refusal })
        continue
      }
      this.#unanswered++
      if (isReadyAsItIs(command)) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- isReadyAsItIs: nothing in it has to be prepared
        const envelope = { actor, command, fingerprint: fingerprintOf(command) } as Envelope
        const key = keyOf(envelope)
        const lane = lanes.get(key)
        if (lane === undefined) lanes.set(key, [envelope])
        else lane.push(envelope)
      } else {
        this.#answer([command], async () => [await this.#askPrepared(actor, command)])
      }
    }
    for (const lane of lanes.values()) {
      this.#answer(
        lane.map(({ command }) => command),
        () => this.#gateway.deps.ask.inOrder(lane),
      )
    }
  }

  #tooFast(actor: Person, bucket: TokenBucket): WireError | null {
    const { options, userBuckets } = this.#gateway
    const isTooFast = options.rateLimits && !(bucket.take(1) && userBuckets.commands.take(actor.user, 1))
    if (!isTooFast && this.#unanswered < unansweredMax) return null
    const limit = isTooFast ? { limit: 'commandsPerSecond' } : {}
    return wireError('too_fast', { retryAfterMs: Math.max(100, bucket.msUntil(1)), ...limit })
  }

  async #askPrepared(actor: Person, command: RoomCommand | OwnCommand): Promise<OutcomeText> {
    const { deps } = this.#gateway
    const prepared = await prepare(deps, command, { actor, agent: this.#agent })
    return prepared.is === 'refused' ? errorText(prepared.error) : deps.ask(prepared.envelope)
  }

  /** Every command is answered, also one that we fail over [Q4]. */
  #answer(commands: readonly { readonly id: CommandId }[], work: () => Promise<readonly OutcomeText[]>): void {
    const { spawn, report } = this.#gateway.deps
    spawn('command', async () => {
      const outcomes = await work().catch((error: unknown) => {
        report('command failed', { error, commands: commands.length })
        return []
      })
      const unknown = errorText(wireError('outcome_unknown'))
      for (const [at, { id }] of commands.entries()) this.#answered(id, outcomes[at] ?? unknown)
    })
  }

  /** @param outcome JSON, `{"ok": …}` or `{"error": …}`: the rest of the frame. */
  #answered(re: CommandId, outcome: string): void {
    this.#unanswered--
    this.connection.send(`{"type":"reply","re":"${re}",${outcome.slice(1)}`)
  }

  #query({ actor }: Open, id: CommandId, query: Query): void {
    const queries = this.#bucket('queries')
    const { deps, options, userBuckets } = this.#gateway
    const isTooFast = options.rateLimits && !(queries.take(1) && userBuckets.queries.take(actor.user, 1))
    if (isTooFast || this.#unanswered >= unansweredMax) {
      const retryAfterMs = Math.max(100, queries.msUntil(1))
      return this.#reply(id, { error: wireError('too_fast', { retryAfterMs, limit: 'queriesPerSecond' }) })
    }
    this.#unanswered++
    deps.spawn('query', async () => {
      try {
        const { store, secrets, clock } = deps
        this.#reply(id, await answerQuery({ store, secrets, nowMs: clock.nowMs }, query, actor))
      } catch (error) {
        deps.report('query failed', { error, query: query.query })
        this.#reply(id, { error: wireError('internal') })
      } finally {
        this.#unanswered--
      }
    })
  }

  /** To those who have the room open; only somebody who has it open, too, may say so. */
  #typing({ actor }: Open, room: RoomId): void {
    if (this.#rooms?.get(room)?.follower.isAdmitted !== true || !this.#bucket('queries').take(1)) return
    const text = encodeFrame({ type: 'typing', room, user: actor.user })
    this.#gateway.deps.hub.whisper(roomStream(room), text, this.connection)
  }

  #bucket(kind: keyof typeof rates): TokenBucket {
    this.#buckets ??= {}
    return (this.#buckets[kind] ??= tokenBucket(rates[kind], this.#gateway.deps.clock))
  }

  #watch(users: readonly UserId[]): void {
    this.#gateway.watch(this, users)
    const board = this.#gateway.presence
    const present = users.filter((user) => board.presenceOf(user) === 'online')
    if (present.length > 0) {
      this.#send({ type: 'presence', users: present.map((user) => ({ user, presence: 'online' })) })
    }
  }

  #refuse(refusal: Refusal): void {
    this.#send({ type: 'error', error: refusal.toWireError() })
    // What cannot even be read was not written by a client of ours.
    if (refusal.code === 'bad_frame') this.connection.close('protocol_error', refusal.message)
  }

  #reply(re: CommandId, outcome: { readonly ok: unknown } | { readonly error: WireError }): void {
    this.connection.send(`{"type":"reply","re":"${re}",${JSON.stringify(outcome).slice(1)}`)
  }

  #send(frame: ServerFrame): void {
    this.connection.send(encodeFrame(frame))
  }
}
