/** A room's whole history as a fresh reader gets it, by HTTP: no client's state is between it and the store. */

import type { RoomId } from '../../src/protocol/ids.ts'
import type { HistoryPage } from '../../src/protocol/queries.ts'
import type { MessageRow, ReactionRow } from '../../src/protocol/rows.ts'
import type { TestServer } from '../server.ts'

const pageSize = 100

export type RoomHistory = {
  readonly room: RoomId
  /** Oldest first. */
  readonly messages: readonly MessageRow[]
  /** Those that are on. */
  readonly reactions: readonly ReactionRow[]
  readonly lastSeq: number
}

export async function readHistory(server: Pick<TestServer, 'url'>, token: string, room: RoomId): Promise<RoomHistory> {
  const messages: MessageRow[] = []
  const reactions: ReactionRow[] = []
  for (;;) {
    const after = messages.at(-1)?.seq ?? 0
    const url = new URL(`api/queries/history?room=${room}&limit=${pageSize}&after=${after}`, server.url)
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    if (response.status === 429) continue
    if (!response.ok) throw new Error(`history: ${response.status} ${await response.text()}`)
    const page: HistoryPage = JSON.parse(await response.text())
    messages.push(...page.messages)
    reactions.push(...page.reactions)
    if (page.messages.length < pageSize) return { room, messages, reactions, lastSeq: page.lastSeq }
  }
}
