/** The queries: what may be asked without changing anything. Answers hold only what the asking person may see. */

import { type Check, id, int, list, object, tag, tagged } from './check.ts'
import { type InviteId, type RoomId, type Seq, type TokenId, type UserId, roomId, userId } from './ids.ts'
import { limits } from './limits.ts'
import type { MemberRow, MessageRow, ReactionRow, RoomSummary, SessionRow, User } from './rows.ts'

export type QueryInputs = {
  /** A page of messages: those before or after a seq (not included), or those around one (included). */
  readonly history: { readonly room: RoomId; readonly limit: number } & (
    | { readonly before: Seq }
    | { readonly after: Seq }
    | { readonly around: Seq }
  )
  readonly members: { readonly room: RoomId; readonly after?: UserId }
  readonly users: { readonly ids: readonly UserId[] }
  /** Everybody, by id, a page at a time. */
  readonly people: { readonly after?: UserId }
  /** The public rooms, also those I am not in, a page at a time. */
  readonly publicRooms: { readonly after?: RoomId }
  readonly sessions: object
  readonly tokens: object
  readonly invites: object
}

export type HistoryPage = {
  /** Oldest first, dense. */
  readonly messages: readonly MessageRow[]
  /** The reactions that are on, of these messages. */
  readonly reactions: readonly ReactionRow[]
  /** The room's last seq and rev in the snapshot that the page was read from. */
  readonly lastSeq: Seq
  readonly lastRev: number
}

export type QueryOutputs = {
  readonly history: HistoryPage
  readonly members: { readonly members: readonly MemberRow[]; readonly isLast: boolean }
  readonly users: { readonly users: readonly User[] }
  readonly people: { readonly users: readonly User[]; readonly isLast: boolean }
  readonly publicRooms: {
    readonly rooms: readonly (RoomSummary & { readonly isMember: boolean; readonly memberCount: number })[]
    readonly isLast: boolean
  }
  readonly sessions: { readonly sessions: readonly SessionRow[] }
  readonly tokens: {
    readonly tokens: readonly { readonly token: TokenId; readonly name: string; readonly createdAtMs: number }[]
  }
  readonly invites: {
    readonly invites: readonly {
      readonly invite: InviteId
      readonly secret: string
      readonly room: RoomId | null
      readonly usesLeft: number
      readonly expiresAtMs: number
    }[]
  }
}

export type QueryName = keyof QueryInputs
export type Query = { [Name in QueryName]: { readonly query: Name } & QueryInputs[Name] }[QueryName]

const room = id<RoomId>(roomId)
const seq = int<Seq>({ min: 0 })
const limit = int({ min: 1, max: limits.historyPageMax })
const user = id<UserId>(userId)

const historyBefore = object({ query: tag('history'), room, limit, before: seq })
const historyAfter = object({ query: tag('history'), room, limit, after: seq })
const historyAround = object({ query: tag('history'), room, limit, around: seq })
const history: Check<Extract<Query, { query: 'history' }>> = (value) => {
  if (typeof value === 'object' && value !== null) {
    if ('after' in value) return historyAfter(value)
    if ('around' in value) return historyAround(value)
  }
  return historyBefore(value)
}

export const checkQuery: Check<Query> = tagged('query', {
  history,
  members: object({ query: tag('members'), room }, { after: user }),
  users: object({
    query: tag('users'),
    ids: list(user, { max: limits.usersPageMax, limit: 'usersPageMax' }),
  }),
  people: object({ query: tag('people') }, { after: user }),
  publicRooms: object({ query: tag('publicRooms') }, { after: room }),
  sessions: object({ query: tag('sessions') }),
  tokens: object({ query: tag('tokens') }),
  invites: object({ query: tag('invites') }),
} satisfies { [Name in QueryName]: Check<Extract<Query, { query: Name }>> })
