/** What is half written, per person and room, in local storage. */

import type { RoomId, Seq, UserId } from '../../src/protocol/ids.ts'
import { tryToKeep } from '../app/preferences.ts'

export type Draft = {
  readonly text: string
  /** The visible @name of each mention in the text, and whom it means. */
  readonly mentions: readonly (readonly [name: string, user: UserId])[]
  readonly replyTo: Seq | null
}

export type Drafts = {
  readonly load: (room: RoomId) => Draft
  readonly save: (room: RoomId, draft: Draft) => void
}

export const emptyDraft: Draft = { text: '', mentions: [], replyTo: null }

export function openDrafts(storage: Storage | null, user: UserId): Drafts {
  const key = (room: RoomId) => `madang.draft.${user}.${room}`
  // Storage may be full or forbidden: what was written since the page was opened is here all the same.
  const latest = new Map<RoomId, Draft>()
  return {
    load: (room) => latest.get(room) ?? parse(storage?.getItem(key(room)) ?? null),
    save(room, draft) {
      latest.set(room, draft)
      const isEmpty = draft.text.trim() === '' && draft.replyTo === null
      tryToKeep(storage, key(room), isEmpty ? null : JSON.stringify(draft))
    },
  }
}

function parse(kept: string | null): Draft {
  if (kept === null) return emptyDraft
  try {
    const value: Partial<Draft> | null = JSON.parse(kept)
    if (typeof value?.text !== 'string') return emptyDraft
    const mentions = Array.isArray(value.mentions) ? value.mentions : []
    return { text: value.text, mentions, replyTo: typeof value.replyTo === 'number' ? value.replyTo : null }
  } catch {
    return emptyDraft // Not ours, or of another version: there is nothing to save in it.
  }
}
