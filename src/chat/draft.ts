/**
 * A draft: the changes that a batch of commands has decided so far, over the facts they stand on.
 *
 * Commands of a batch are decided one after the other, and each sees what the ones before it decided. A change takes the
 * next rev of its stream and becomes a put for the store and a row for the readers. What one command changes is committed
 * together. So are commands that touch a stream in common, since the stream is advanced once, and commands of which one
 * has seen what the other made, be it only to refuse: if the one is overtaken, the other stands on nothing.
 */

import assert from 'node:assert/strict'
import { mentionsIn } from '../protocol/mentions.ts'
import { type CommandId, type Rev, type RoomId, type Seq, type UserId, rev, seq } from '../protocol/ids.ts'
import type { MembershipRow, OwnRow, RoomRow, RoomSummary, User } from '../protocol/rows.ts'
import type {
  InviteRecord,
  MemberRecord,
  MessageRecord,
  OutcomeRecord,
  ReactionRecord,
  ResetRecord,
  RoomRecord,
  ServerRecord,
  SessionRecord,
  TokenRecord,
  UserRecord,
} from '../store/records.ts'
import type { Advance, FactOf, Need, Put, Stream, Unit } from '../store/store.ts'
import { Facts, needKey } from './facts.ts'

/** The changes of one stream, for its readers: `rows` have the revs `from` to `to`. */
export type Change =
  | {
      readonly room: RoomId
      readonly from: Rev
      readonly to: Rev
      readonly lastSeq: Seq
      readonly rows: readonly RoomRow[]
      readonly mentions: readonly Mention[]
    }
  | { readonly user: UserId; readonly from: Rev; readonly to: Rev; readonly rows: readonly OwnRow[] }

/** A message and whom it mentions, for the badges of those who do not follow the room. */
export type Mention = { readonly seq: Seq; readonly users: readonly UserId[] }

/** What is committed together, with the commands (by their place in the batch) that decided it. */
export type DraftUnit = {
  readonly unit: Unit
  readonly commands: readonly number[]
  readonly changes: readonly Change[]
}

type Advanced = {
  readonly stream: Stream
  readonly from: Rev
  to: Rev
  lastSeq: Seq | null
  readonly rows: (RoomRow | OwnRow)[]
  readonly mentions: Mention[]
  readonly group: Group
}

/** Commands and streams that hang together. Merged groups point to the one they were merged into. */
type Group = { into: Group | null; readonly commands: Set<number>; readonly puts: Map<string, Put> }

export class Draft {
  readonly #facts: Facts
  readonly #advanced = new Map<string, Advanced>()
  readonly #groups: Group[] = []
  /** By the need's key: the group that made a fact what it is by now. */
  readonly #makers = new Map<string, Group>()
  /** The member records that this batch has made, by room. */
  readonly #members = new Map<RoomId, Map<UserId, MemberRecord>>()
  readonly #addedEmoji = new Set<string>()
  #group: Group | null = null
  #command = 0
  #hasChanged = false

  constructor(facts: Facts) {
    this.#facts = facts
  }

  /** What follows is decided by the command at this place of the batch. */
  begin(command: number): void {
    this.#command = command
    this.#group = null
    this.#hasChanged = false
  }

  /** Whether the present command has changed anything: it may not be refused any more. */
  get hasChanged(): boolean {
    return this.#hasChanged
  }

  get<N extends Need>(need: N): FactOf[N['need']] {
    const maker = this.#makers.size === 0 ? undefined : this.#makers.get(needKey(need))
    if (maker !== undefined) this.#join(maker)
    return this.#facts.get(need)
  }

  /** Those who are members by now; of very many, only the first `limit`. */
  membersOf(room: RoomId, limit: number): readonly MemberRecord[] {
    const members = new Map(this.get({ need: 'members', room, limit }).map((member) => [member.user, member]))
    // Through `get`, so that the present command hangs together with what made them.
    for (const user of this.#members.get(room)?.keys() ?? []) {
      const member = this.get({ need: 'member', room, user })
      if (member !== null) members.set(user, member)
    }
    return [...members.values()].filter(({ isMember }) => isMember)
  }

  /** States a fact that follows from what was just made: nobody has to ask the store for it. */
  know<N extends Need>(need: N, fact: FactOf[N['need']]): void {
    this.#facts.set(need, fact)
  }

  // Rooms

  putRoom(record: RoomRecord): RoomRecord {
    const advanced = this.#advance({ stream: 'room', room: record.room }, record.lastRev)
    const changed = { ...record, lastRev: advanced.to, rev: advanced.to }
    this.#keepRoom(changed)
    this.#put(`room ${record.room}`, { put: 'room', record: changed })
    advanced.rows.push(settingsRow(changed))
    return changed
  }

  /** Appends a message with the next seq, and reads up to it when its author had nothing unread. */
  appendMessage(message: Omit<MessageRecord, 'seq' | 'rev'>, mentions: readonly UserId[]): MessageRecord {
    const room = this.#room(message.room)
    const advanced = this.#advance({ stream: 'room', room: room.room }, room.lastRev)
    const record = { ...message, seq: seq(room.lastSeq + 1), rev: advanced.to }
    advanced.lastSeq = record.seq
    this.#keepRoom({ ...room, lastSeq: record.seq, lastRev: advanced.to })
    this.#keepMessage(record)
    this.#make({ need: 'sent', room: record.room, author: record.author, id: record.id }, record)
    this.#put(`message ${record.room} ${record.seq}`, { put: 'message', record, mentions })
    advanced.rows.push(messageRow(record))
    if (mentions.length > 0) advanced.mentions.push({ seq: record.seq, users: mentions })
    this.#keepMentions(record, mentions)
    return record
  }

  changeMessage(message: MessageRecord, mentions: readonly UserId[]): MessageRecord {
    const room = this.#room(message.room)
    const advanced = this.#advance({ stream: 'room', room: room.room }, room.lastRev)
    const record = { ...message, rev: advanced.to }
    this.#keepRoom({ ...room, lastRev: advanced.to })
    const before = this.get({ need: 'message', room: message.room, seq: message.seq })
    this.#forgetMentions(record, mentionsIn(before?.body ?? ''))
    this.#keepMentions(record, mentions)
    this.#keepMessage(record)
    const key = `message ${record.room} ${record.seq}`
    // A message that this batch appended is still to be inserted, as it is by now.
    const isNew = this.#group?.puts.get(key)?.put === 'message'
    this.#put(key, { put: isNew ? 'message' : 'changedMessage', record, mentions })
    advanced.rows.push(messageRow(record))
    // What it said before it was changed again in this batch mentions nobody.
    const said = advanced.mentions.findIndex((mention) => mention.seq === record.seq)
    if (said !== -1) advanced.mentions.splice(said, 1)
    if (mentions.length > 0) advanced.mentions.push({ seq: record.seq, users: mentions })
    return record
  }

  putReaction(reaction: Omit<ReactionRecord, 'rev'>): void {
    const room = this.#room(reaction.room)
    const advanced = this.#advance({ stream: 'room', room: room.room }, room.lastRev)
    const record = { ...reaction, rev: advanced.to }
    this.#keepRoom({ ...room, lastRev: advanced.to })
    this.#make({ need: 'reaction', ...reaction }, record)
    if (reaction.isOn) this.#countEmoji(record)
    this.#put(`reaction ${record.room} ${record.seq} ${record.user} ${record.emoji}`, { put: 'reaction', record })
    advanced.rows.push({
      kind: 'reaction',
      rev: record.rev,
      seq: record.seq,
      emoji: record.emoji,
      user: record.user,
      isOn: record.isOn,
    })
  }

  /** Who is in a room, and in which role: the room's readers see it, and so does the person. */
  putMember(member: Omit<MemberRecord, 'rev' | 'ownRev'>): void {
    const room = this.#room(member.room)
    const advanced = this.#advance({ stream: 'room', room: room.room }, room.lastRev)
    const was = this.get({ need: 'member', room: member.room, user: member.user })?.isMember ?? false
    const memberCount = room.memberCount + Number(member.isMember) - Number(was)
    const changed = { ...room, lastRev: advanced.to, memberCount }
    this.#keepRoom(changed)
    if (memberCount !== room.memberCount) this.#put(`room ${room.room}`, { put: 'room', record: changed })
    advanced.rows.push({
      kind: 'member',
      rev: advanced.to,
      user: member.user,
      isMember: member.isMember,
      role: member.role,
    })
    this.#putOwnMember({ ...member, rev: advanced.to, ownRev: rev(0) })
  }

  /** The person's cursor: their own, the room does not change. */
  putCursor(member: MemberRecord): void {
    this.#putOwnMember(member)
  }

  /** Moves the cursor along with the person's own message: every device works that out for itself, so nothing is told. */
  moveCursorSilently(member: MemberRecord, readSeq: Seq): void {
    const { room, user } = member
    this.#keepMember({ ...member, readSeq })
    const key = `cursor ${room} ${user}`
    const before = this.#ownGroup().puts.get(key)
    const from = before?.put === 'cursor' ? before.from : member.readSeq
    this.#put(key, { put: 'cursor', room, user, from, to: readSeq })
  }

  /** Uses up a rev of the room, so that whoever decided on the state before it cannot commit any more. */
  fenceRoom(room: RoomRecord): void {
    this.putRoom(room)
  }

  // People

  putUser(record: UserRecord): UserRecord {
    const advanced = this.#advance({ stream: 'user', user: record.user }, record.lastRev)
    const changed = { ...record, lastRev: advanced.to, rev: advanced.to }
    this.#keepUser(changed)
    this.#put(`user ${record.user}`, { put: 'user', record: changed })
    advanced.rows.push({ kind: 'profile', rev: advanced.to, user: userOf(changed) })
    return changed
  }

  putSession(session: Omit<SessionRecord, 'ownRev'>): void {
    const user = this.#user(session.user)
    const advanced = this.#advance({ stream: 'user', user: user.user }, user.lastRev)
    const record = { ...session, ownRev: advanced.to }
    this.#keepUser({ ...user, lastRev: advanced.to })
    this.#make({ need: 'session', session: record.session }, record)
    this.#put(`session ${record.session}`, { put: 'session', record })
    advanced.rows.push({
      kind: 'session',
      rev: record.ownRev,
      session: record.session,
      agent: record.agent,
      startedAtMs: record.startedAtMs,
      seenAtMs: record.seenAtMs,
      isEnded: record.isEnded,
    })
  }

  putToken(record: TokenRecord): void {
    this.#put(`token ${record.token}`, { put: 'token', record })
  }

  // The server

  putServer(server: ServerRecord): void {
    const advanced = this.#advance({ stream: 'server' }, server.lastRev)
    const record = { ...server, lastRev: advanced.to }
    this.#make({ need: 'server' }, record)
    this.#put('server', { put: 'server', record })
  }

  putInvite(record: InviteRecord): void {
    this.#make({ need: 'invite', invite: record.invite }, record)
    this.#put(`invite ${record.invite}`, { put: 'invite', record })
  }

  putReset(record: ResetRecord): void {
    this.#make({ need: 'reset', reset: record.reset }, record)
    this.#put(`reset ${record.reset}`, { put: 'reset', record })
  }

  /** @param unlessSent the room of a send that is refused or cancelled: whoever has committed it meanwhile was first */
  putOutcome(record: OutcomeRecord, unlessSent?: RoomId): void {
    this.#make({ need: 'outcome', author: record.author, id: record.id }, record)
    const put = { put: 'outcome', record } as const
    this.#put(`outcome ${record.author} ${record.id}`, unlessSent === undefined ? put : { ...put, unlessSent })
  }

  /** What became of a command id of this author, decided before or in this batch. */
  outcome(author: UserId, id: CommandId): OutcomeRecord | null {
    return this.get({ need: 'outcome', author, id })
  }

  /** The changes in units that are committed independently of each other. */
  units(): readonly DraftUnit[] {
    const advanced = new Map<Group, Advanced[]>()
    for (const group of this.#groups) if (group.into === null) advanced.set(group, [])
    for (const each of this.#advanced.values()) advanced.get(rootOf(each.group))?.push(each)
    return [...advanced].map(([group, streams]) => ({
      unit: { advances: streams.map(advanceOf), puts: [...group.puts.values()] },
      commands: [...group.commands].toSorted((a, b) => a - b),
      changes: streams.flatMap(changeOf),
    }))
  }

  #room(room: RoomId): RoomRecord {
    const record = this.get({ need: 'room', room })
    assert(record, 'decided on a room that exists')
    return record
  }

  #user(user: UserId): UserRecord {
    const record = this.get({ need: 'user', user })
    assert(record, 'decided on a person that exists')
    return record
  }

  #keepRoom(record: RoomRecord): void {
    this.#make({ need: 'room', room: record.room }, record)
    if (record.directKey !== null) this.#make({ need: 'direct', directKey: record.directKey }, record)
    // A put of this batch is written behind the advance, and holds the record as it was: renew it.
    const put = this.#group?.puts.get(`room ${record.room}`)
    if (put?.put === 'room') this.#group?.puts.set(`room ${record.room}`, { put: 'room', record })
  }

  #keepMessage(record: MessageRecord): void {
    this.#make({ need: 'message', room: record.room, seq: record.seq }, record)
  }

  #keepMember(record: MemberRecord): void {
    const { room, user } = record
    this.#make({ need: 'member', room, user }, record)
    const members = this.#members.get(room) ?? new Map<UserId, MemberRecord>()
    this.#members.set(room, members.set(user, record))
  }

  /** Badges are told with the membership: those that somebody in this batch asks about have to hold its own messages. */
  #keepMentions({ room, seq: at }: MessageRecord, users: readonly UserId[]): void {
    for (const user of users) {
      const need = { need: 'mentions', room, user } as const
      if (this.#facts.has(need)) this.#make(need, [...this.#facts.get(need), at].toSorted((a, b) => a - b).slice(-99))
    }
  }

  #forgetMentions({ room, seq: at }: MessageRecord, users: readonly UserId[]): void {
    for (const user of users) {
      const need = { need: 'mentions', room, user } as const
      if (!this.#facts.has(need)) continue
      this.#make(
        need,
        this.#facts.get(need).filter((each) => each !== at),
      )
    }
  }

  /** The store counts before the batch; what the batch adds is counted here, an emoji once. */
  #countEmoji({ room, seq: at, emoji }: ReactionRecord): void {
    const need = { need: 'emojiCount', room, seq: at } as const
    const key = `${needKey(need)} ${emoji}`
    if (this.#addedEmoji.has(key)) return
    this.#addedEmoji.add(key)
    this.#make(need, this.get(need) + 1)
  }

  #keepUser(record: UserRecord): void {
    this.#make({ need: 'user', user: record.user }, record)
    this.#make({ need: 'handle', handle: record.handle }, record)
  }

  #putOwnMember(member: MemberRecord): void {
    const user = this.#user(member.user)
    const room = this.#room(member.room)
    const isVisible = member.isMember || room.visibility === 'public'
    const summary = isVisible ? this.#summary(room, member.user) : hiddenSummary(room)
    const known = member.isMember ? this.get({ need: 'mentions', room: room.room, user: member.user }) : []
    const advanced = this.#advance({ stream: 'user', user: user.user }, user.lastRev)
    const record = { ...member, ownRev: advanced.to }
    this.#keepUser({ ...user, lastRev: advanced.to })
    this.#keepMember(record)
    // The record holds where the cursor is by now; a move of it that is still to be written would not fit any more.
    this.#ownGroup().puts.delete(`cursor ${member.room} ${member.user}`)
    this.#put(`member ${member.room} ${member.user}`, { put: 'member', record })
    advanced.rows.push(membershipRow(record, summary, known))
  }

  #summary(room: RoomRecord, viewer: UserId): RoomSummary {
    const others = room.directKey === null ? [] : othersIn(room.directKey, viewer)
    const { name, topic, visibility, lastSeq, lastRev } = room
    return { id: room.room, name, topic, visibility, lastSeq, lastRev, others }
  }

  #advance(stream: Stream, from: Rev): Advanced {
    this.#hasChanged = true
    const key = streamKey(stream)
    const known = this.#advanced.get(key)
    if (known !== undefined) {
      assert(known.to === from, 'a stream is advanced from where it is')
      known.to = rev(known.to + 1)
      this.#join(known.group)
      return known
    }
    const fresh = { stream, from, to: rev(from + 1), lastSeq: null, rows: [], mentions: [], group: this.#ownGroup() }
    this.#advanced.set(key, fresh)
    return fresh
  }

  #make<N extends Need>(need: N, fact: FactOf[N['need']]): void {
    this.#facts.set(need, fact)
    this.#makers.set(needKey(need), this.#ownGroup())
  }

  #put(key: string, put: Put): void {
    this.#hasChanged = true
    this.#ownGroup().puts.set(key, put)
  }

  #ownGroup(): Group {
    if (this.#group === null) {
      this.#group = { into: null, commands: new Set([this.#command]), puts: new Map() }
      this.#groups.push(this.#group)
    }
    return this.#group
  }

  /** Puts the present command into a group that it hangs together with, with all it has changed before. */
  #join(other: Group): void {
    const older = rootOf(other)
    const own = this.#group
    if (own === older) return
    older.commands.add(this.#command)
    this.#group = older
    if (own === null) return
    for (const command of own.commands) older.commands.add(command)
    for (const [key, put] of own.puts) older.puts.set(key, keepInsert(older.puts.get(key), put))
    own.puts.clear()
    own.into = older
  }
}

/** A later put replaces an earlier one, but a message that is not inserted yet stays an insert. */
function keepInsert(before: Put | undefined, put: Put): Put {
  return before?.put === 'message' && put.put === 'changedMessage' ? { ...put, put: 'message' } : put
}

function rootOf(group: Group): Group {
  let root = group
  while (root.into !== null) root = root.into
  return root
}

function streamKey(stream: Stream): string {
  switch (stream.stream) {
    case 'room':
      return `room ${stream.room}`
    case 'user':
      return `user ${stream.user}`
    case 'server':
      return 'server'
    default:
      return stream satisfies never
  }
}

function advanceOf({ stream, from, to, lastSeq }: Advanced): Advance {
  return lastSeq === null ? { ...stream, from, to } : { ...stream, from, to, lastSeq }
}

function changeOf({ stream, from, to, lastSeq, rows, mentions }: Advanced): readonly Change[] {
  const first = rev(from + 1)
  if (stream.stream === 'room') {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a room's stream is given room rows only
    return [{ room: stream.room, from: first, to, lastSeq: lastSeq ?? seq(0), rows: rows as RoomRow[], mentions }]
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a person's stream is given own rows only
  return stream.stream === 'user' ? [{ user: stream.user, from: first, to, rows: rows as OwnRow[] }] : []
}

function settingsRow(record: RoomRecord): RoomRow {
  const { rev: at, name, topic, visibility } = record
  return { kind: 'settings', rev: at, name, topic, visibility }
}

function messageRow(record: MessageRecord): RoomRow {
  const { rev: at, seq: place, id, author, sentAtMs, body, replyTo, editedAtMs } = record
  return { kind: 'message', rev: at, seq: place, id, author, sentAtMs, body, replyTo, editedAtMs }
}

export function userOf({ user, handle, name, role, isActive }: UserRecord): User {
  return { id: user, handle, name, role, isActive }
}

function membershipRow(member: MemberRecord, room: RoomSummary, mentions: readonly Seq[]): MembershipRow {
  return {
    kind: 'membership',
    rev: member.ownRev,
    room,
    isMember: member.isMember,
    role: member.role,
    readSeq: member.readSeq,
    readEpoch: member.readEpoch,
    mentions: mentions.filter((at) => at > member.readSeq),
  }
}

function hiddenSummary({ room, visibility }: RoomRecord): RoomSummary {
  return { id: room, name: '', topic: '', visibility, lastSeq: seq(0), lastRev: rev(0), others: [] }
}

export const directKeyOf = (users: readonly UserId[]): string => [...new Set(users)].toSorted().join(' ')

function othersIn(directKey: string, viewer: UserId): readonly UserId[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by directKeyOf from user ids
  return directKey.split(' ').filter((user) => user !== viewer) as unknown as readonly UserId[]
}
