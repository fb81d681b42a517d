/** Who is who and who is there. Unknown people are asked for together, a page at a time. */

import type { Clock } from '../clock.ts'
import type { ClientFrame, Presence } from '../protocol/frames.ts'
import type { UserId } from '../protocol/ids.ts'
import type { Limits } from '../protocol/limits.ts'
import type { User } from '../protocol/rows.ts'
import type { Client } from './api.ts'

const retryMs = 1_000

export type PeopleDeps = {
  readonly clock: Clock
  readonly query: Client['query']
  readonly send: (frame: ClientFrame) => boolean
  readonly isOnline: () => boolean
  readonly limits: () => Limits
  readonly changed: (topic: 'people' | 'presence') => void
}

export type People = {
  readonly user: (id: UserId) => User | null
  readonly presence: (id: UserId) => Presence
  readonly watch: (users: readonly UserId[]) => void
  readonly learn: (user: User) => void
  readonly present: (users: readonly { readonly user: UserId; readonly presence: Presence }[]) => void
  readonly welcomed: () => void
}

export function openPeople(deps: PeopleDeps): People {
  const users = new Map<UserId, User>()
  const presences = new Map<UserId, Presence>()
  /** Asked for on this link, or told. Names may have changed while there was none, so a new link asks again. */
  const fresh = new Set<UserId>()
  const wanted = new Set<UserId>()
  let watched: readonly UserId[] = []
  let isAsking = false

  const learn = (user: User): void => {
    fresh.add(user.id)
    if (JSON.stringify(users.get(user.id)) === JSON.stringify(user)) return
    users.set(user.id, user)
    deps.changed('people')
  }

  const ask = async (): Promise<void> => {
    if (isAsking) return
    isAsking = true
    await Promise.resolve() // All that is drawn in this turn is asked for together.
    while (wanted.size > 0 && deps.isOnline()) {
      const ids = [...wanted].slice(0, deps.limits().usersPageMax)
      for (const id of ids) wanted.delete(id)
      const result = await deps.query({ query: 'users', ids })
      if ('ok' in result) for (const user of result.ok.users) learn(user)
      else if (result.error.temporary) {
        for (const id of ids) wanted.add(id)
        await deps.clock.sleep(result.error.retryAfterMs ?? retryMs)
      }
    }
    isAsking = false
  }

  return {
    user(id) {
      if (!fresh.has(id)) {
        fresh.add(id)
        wanted.add(id)
        void ask()
      }
      return users.get(id) ?? null
    },
    presence: (id) => presences.get(id) ?? 'offline',
    watch(next) {
      watched = next.slice(0, deps.limits().watchedUsersMax)
      const kept = new Set(watched)
      for (const id of presences.keys()) if (!kept.has(id)) presences.delete(id)
      deps.send({ type: 'watch', users: watched })
    },
    learn,
    present(told) {
      for (const { user, presence } of told) presences.set(user, presence)
      deps.changed('presence')
    },
    welcomed() {
      fresh.clear()
      if (watched.length > 0) deps.send({ type: 'watch', users: watched })
      if (wanted.size > 0) void ask()
      // Whoever shows people reads them again, and so asks for what may have changed.
      if (users.size > 0) deps.changed('people')
    },
  }
}
