/**
 * Mentions while they are written: the text shows @이서준, and a map says whom that means. Only what was chosen from the
 * list is a mention, so any letters may stand behind it: @이서준님이.
 */

import type { UserId } from '../../src/protocol/ids.ts'
import { splitMentions } from '../../src/protocol/mentions.ts'
import type { User } from '../../src/protocol/rows.ts'

/** Visible names, with the @, and whom they mean. */
export type MentionMap = ReadonlyMap<string, UserId>

/** What to show for somebody: their name, with the handle when the name is already another one's in this text. */
export function visibleName(user: User, mentions: MentionMap): string {
  const plain = `@${user.name}`
  const taken = mentions.get(plain)
  return taken === undefined || taken === user.id ? plain : `@${user.name}(${user.handle})`
}

/** The text as it is sent: each visible name becomes `<@id>`. */
export function toBody(text: string, mentions: MentionMap): string {
  if (mentions.size === 0) return text
  // Longest first, or @김하 would be found in @김하은.
  const names = [...mentions.keys()].toSorted((a, b) => b.length - a.length)
  let body = ''
  let end = 0
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', Math.max(at + 1, end))) {
    const name = names.find((each) => isAt(text, { name: each, at }))
    if (name === undefined) continue
    body += `${text.slice(end, at)}<@${mentions.get(name)}>`
    end = at + name.length
  }
  return body + text.slice(end)
}

/** A body as it is edited, and the map that leads back. */
export function fromBody(body: string, userOf: (id: UserId) => User | null): { text: string; mentions: MentionMap } {
  const mentions = new Map<string, UserId>()
  const parts = splitMentions(body).map((part) => {
    if (typeof part === 'string') return part
    const user = userOf(part.user)
    // Of somebody who is not known yet the id stays, as it was written.
    if (user === null) return `<@${part.user}>`
    const name = visibleName(user, mentions)
    mentions.set(name, part.user)
    return name
  })
  return { text: parts.join(''), mentions }
}

function isAt(text: string, { name, at }: { name: string; at: number }): boolean {
  if (!text.startsWith(name, at)) return false
  // A Latin name ends where its word ends: @Al is not in @Alex. A Korean one may be followed by a particle.
  return !(/[A-Za-z0-9]$/.test(name) && /[A-Za-z0-9_]/.test(text[at + name.length] ?? ''))
}

export type MentionQuery = { readonly query: string; readonly from: number; readonly to: number }

/** The @ and the letters behind it before the caret, when a mention may be on its way there. */
export function mentionQuery(text: string, caret: number): MentionQuery | null {
  const found = /(?:^|[^\w.@])@([^\s@<>]{0,20})$/.exec(text.slice(Math.max(0, caret - 40), caret))
  const query = found?.[1]
  return query === undefined ? null : { query, from: caret - query.length - 1, to: caret }
}
