/** Somebody with at least one connection to this process. */

import type { RoomId, UserId } from '../protocol/ids.ts'
import type { ChatSession } from './session.ts'

export class ConnectedPerson {
  readonly user: UserId
  readonly sessions = new Set<ChatSession>()
  /** The rooms they are a member of, as far as this process has heard. */
  readonly rooms = new Set<RoomId>()
  /** The subscription to what is their own. */
  listening: Promise<Disposable> | null = null

  constructor(user: UserId) {
    this.user = user
  }
}
