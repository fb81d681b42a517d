/** The queries: each is one read of the store, with the permissions of the one who asks as they are now. */

import { type WireError, wireError } from '../protocol/errors.ts'
import { limits } from '../protocol/limits.ts'
import type { Query, QueryName, QueryOutputs } from '../protocol/queries.ts'
import type { Store } from '../store/store.ts'
import type { Person } from './actor.ts'
import { loadFact } from './load-fact.ts'
import type { Secrets } from './secrets.ts'

export type QueryDeps = { readonly store: Store; readonly secrets: Secrets; readonly nowMs: () => number }

export type Queried = { readonly ok: QueryOutputs[QueryName] } | { readonly error: WireError }

export async function answerQuery(
  { store, secrets, nowMs }: QueryDeps,
  query: Query,
  { user: viewer }: Person,
): Promise<Queried> {
  switch (query.query) {
    case 'history': {
      const { room } = query
      const found = await store.history({ room, viewer, range: rangeOf(query) })
      return found.is === 'denied' ? notFound : { ok: found.page }
    }
    case 'members': {
      const { room, after } = query
      const found = await store.members({ room, viewer, after: after ?? null, limit: limits.membersPageMax })
      if (found.is === 'denied') return notFound
      return { ok: { members: found.members, isLast: found.isLast } }
    }
    case 'users':
      return { ok: { users: await store.users(query.ids) } }
    case 'people':
      return { ok: await store.people({ after: query.after ?? null, limit: limits.usersPageMax }) }
    case 'publicRooms':
      return { ok: await store.publicRooms({ viewer, after: query.after ?? null, limit: limits.roomsPageMax }) }
    case 'sessions': {
      const sessions = await loadFact(store, { need: 'sessionsOf', user: viewer })
      return {
        ok: {
          sessions: sessions.map(({ session, agent, startedAtMs, seenAtMs, isEnded, ownRev }) => ({
            kind: 'session',
            rev: ownRev,
            session,
            agent,
            startedAtMs,
            seenAtMs,
            isEnded,
          })),
        },
      }
    }
    case 'tokens': {
      const tokens = await loadFact(store, { need: 'tokensOf', user: viewer })
      const shown = tokens.filter(({ isEnded }) => !isEnded)
      return { ok: { tokens: shown.map(({ token, name, createdAtMs }) => ({ token, name, createdAtMs })) } }
    }
    case 'invites': {
      const isOwner = (await loadFact(store, { need: 'user', user: viewer }))?.role === 'owner'
      const invites = await store.invites({ nowMs: nowMs(), createdBy: isOwner ? null : viewer })
      return {
        ok: {
          invites: invites.map(({ invite, room, usesLeft, expiresAtMs }) => ({
            invite,
            secret: secrets.secretOf('invite', invite),
            room,
            usesLeft,
            expiresAtMs,
          })),
        },
      }
    }
    default:
      return query satisfies never
  }
}

const notFound: Queried = { error: wireError('not_found', { field: 'room' }) }

function rangeOf(query: Extract<Query, { query: 'history' }>) {
  const { limit } = query
  if ('after' in query) return { limit, after: query.after }
  if ('around' in query) return { limit, around: query.around }
  return { limit, before: query.before }
}
