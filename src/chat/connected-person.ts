/** Somebody with at least one connection to this process. */

import type { Rev, RoomId, UserId } from '../protocol/ids.ts'
import type { ChatSession } from './session.ts'

export class ConnectedPerson {
  readonly user: UserId
  readonly sessions = new Set<ChatSession>()
  /** The rooms they are a member of, as far as this process has heard, and up to which rev of the room at least. */
  readonly rooms = new Map<RoomId, Rev>()
  /** How far this process has heard of what is their own. */
  rev = 0
  /** The subscription to what is their own. */
  listening: Promise<{ readonly head: number | null } & Disposable> | null = null

  constructor(user: UserId) {
    this.user = user
  }
}
