/**
 * Presence: who is here. Kept in memory only; told to those who watch somebody, changes of a second together. A person who
 * goes is still here for a moment, so that a reload does not flicker.
 */

import type { Clock } from '../clock.ts'
import type { Presence } from '../protocol/frames.ts'
import type { UserId } from '../protocol/ids.ts'
import type { Spawn } from '../spawn.ts'

export type PresenceListener = (user: UserId, presence: Presence) => void

/** Longer than a reload takes, shorter than anybody would wait to see that somebody has gone. */
const graceMs = 5_000

export class PresenceBoard {
  readonly #deps: { readonly clock: Clock; readonly spawn: Spawn }
  readonly #connections = new Map<UserId, number>()
  readonly #leaving = new Map<UserId, AbortController>()
  readonly #listen: PresenceListener

  constructor(deps: { readonly clock: Clock; readonly spawn: Spawn }, listen: PresenceListener) {
    this.#deps = deps
    this.#listen = listen
  }

  presenceOf(user: UserId): Presence {
    return this.#connections.has(user) || this.#leaving.has(user) ? 'online' : 'offline'
  }

  arrived(user: UserId): void {
    const wasHere = this.presenceOf(user) === 'online'
    this.#leaving.get(user)?.abort('back')
    this.#leaving.delete(user)
    this.#connections.set(user, (this.#connections.get(user) ?? 0) + 1)
    if (!wasHere) this.#listen(user, 'online')
  }

  left(user: UserId): void {
    const others = (this.#connections.get(user) ?? 1) - 1
    if (others > 0) {
      this.#connections.set(user, others)
      return
    }
    this.#connections.delete(user)
    const back = new AbortController()
    this.#leaving.set(user, back)
    this.#deps.spawn('see somebody off', async () => {
      await this.#deps.clock.sleep(graceMs, back.signal)
      if (back.signal.aborted) return
      this.#leaving.delete(user)
      this.#listen(user, 'offline')
    })
  }

  /** Ends the waiting; nobody is told any more. */
  close(): void {
    for (const back of this.#leaving.values()) back.abort()
    this.#leaving.clear()
  }
}
