/** What is my own: who I am, my rooms with their read cursors, and the stream that tells of them. */

import type { Clock } from '../clock.ts'
import type { CommandInputs, CommandOutputs, OwnCommandName } from '../protocol/commands.ts'
import type { ServerFrame } from '../protocol/frames.ts'
import { type Rev, type RoomId, type Seq, type UserId, seq as seqOf } from '../protocol/ids.ts'
import type { MembershipRow, OwnRow, RoomRow, User } from '../protocol/rows.ts'
import type { Result, RoomEntry } from './api.ts'
import { type Memberships, openMemberships } from './memberships.ts'
import { openReads } from './reads.ts'
import { openStreamCursor } from './stream.ts'

type Frame<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>

export type OwnDeps = {
  readonly clock: Clock
  readonly follow: (after: Rev) => void
  readonly isOnline: () => boolean
  readonly do: <Name extends OwnCommandName>(
    cmd: Name,
    input: CommandInputs[Name],
  ) => Promise<Result<CommandOutputs[Name]>>
  readonly changed: (topic: 'me' | 'rooms') => void
  readonly joined: (room: RoomId) => void
}

export type Own = {
  readonly me: () => User | null
  readonly rooms: () => readonly RoomEntry[]
  readonly hasRooms: () => boolean
  readonly memberships: Memberships
  readonly read: (room: RoomId, seq: Seq) => void
  readonly unread: (room: RoomId, seq: Seq) => Promise<Result<CommandOutputs['unread']>>
  readonly welcome: (frame: Frame<'welcome'>) => void
  readonly list: (frame: Frame<'rooms'>) => void
  readonly live: (frame: Frame<'rows'>) => void
  readonly page: (frame: Frame<'page'>) => void
  readonly head: (rev: Rev) => void
  readonly userChanged: (user: User) => void
  readonly lost: () => void
  readonly close: () => void
}

export function openOwn(deps: OwnDeps): Own {
  let me: User | null = null
  let hasRooms = false
  /** The rooms of the list that is coming in; null when it has come. */
  let listing: Set<RoomId> | null = null
  const cursor = openStreamCursor({ clock: deps.clock, ask: deps.follow })
  const myId = (): UserId | null => me?.id ?? null
  const memberships = openMemberships({ me: myId, changed: () => deps.changed('rooms') })
  const reads = openReads({
    clock: deps.clock,
    memberships,
    isOnline: deps.isOnline,
    do: async (cmd, input) => deps.do(cmd, input),
  })

  const setMe = (user: User): void => {
    me = user
    deps.changed('me')
  }

  const applyMembership = (row: MembershipRow): void => {
    memberships.apply(row)
    if (memberships.isMember(row.room.id)) {
      listing?.add(row.room.id)
      deps.joined(row.room.id)
    }
  }

  const apply = (row: OwnRow | RoomRow): void => {
    // Also one that was seen: its room may have gone on since, and the server takes that for told [G4].
    if (row.kind === 'membership') applyMembership(row)
    else if (row.kind === 'profile' && row.rev > cursor.rev()) setMe(row.user)
  }

  const list = ({ rooms, isLast }: { rooms: readonly MembershipRow[]; isLast: boolean }): void => {
    for (const row of rooms) applyMembership(row)
    if (!isLast || listing === null) return
    memberships.keepOnly(listing, cursor.rev())
    listing = null
    hasRooms = true
    deps.changed('rooms')
    for (const room of memberships.ahead()) reads.due(room)
  }

  return {
    me: () => me,
    rooms: memberships.entries,
    hasRooms: () => hasRooms,
    memberships,
    read(room, seq) {
      const held = memberships.cursor(room)
      if (held === null || seq <= held.mine.seq) return
      memberships.setCursor(room, { seq, epoch: held.mine.epoch }, 'me')
      reads.due(room)
    },
    async unread(room, seq) {
      const held = memberships.cursor(room)
      if (held !== null) memberships.setCursor(room, { seq, epoch: held.mine.epoch + 1 }, 'me')
      const result = await deps.do('unread', { room, seq })
      if ('ok' in result) memberships.setCursor(room, { seq: seqOf(result.ok.seq), epoch: result.ok.epoch }, 'server')
      else memberships.revertCursor(room)
      return result
    },
    welcome(frame) {
      if (me !== null && me.id !== frame.user.id) {
        memberships.clear()
        hasRooms = false
      }
      setMe(frame.user)
      listing = new Set()
      cursor.reset(frame.rev)
      list(frame)
    },
    list,
    live({ rows, rev }) {
      for (const row of rows) apply(row)
      cursor.live({ from: firstOf(rows, rev), through: rev })
    },
    page({ rows, through, isLast }) {
      for (const row of rows) apply(row)
      cursor.page({ through, isLast })
    },
    head: cursor.head,
    userChanged(user) {
      if (user.id === me?.id) setMe(user)
    },
    lost() {
      cursor.lost()
      listing = null
    },
    close: reads.close,
  }
}

/** The rev that live rows begin with. */
export function firstOf(rows: readonly { readonly rev: Rev }[], through: Rev): Rev {
  return rows.reduce((first, { rev }) => (rev < first ? rev : first), through)
}
