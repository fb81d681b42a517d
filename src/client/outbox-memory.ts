/** An outbox that does not survive its process: for tests, and for bots that keep no state. */

import type { CommandId } from '../protocol/ids.ts'
import type { OutboxEntry, OutboxStorage } from './api.ts'

export function openMemoryOutbox(): OutboxStorage {
  const entries = new Map<CommandId, OutboxEntry>()
  return {
    load: async () => Promise.resolve([...entries.values()]),
    async put(entry) {
      entries.set(entry.id, entry)
      await Promise.resolve()
    },
    async remove(id) {
      entries.delete(id)
      await Promise.resolve()
    },
  }
}
