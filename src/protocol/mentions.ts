/** Mentions in a body: `<@USER>` by id, so that no particle behind a Korean name can break it (회의는 <@u1>님이). */

import { limits } from './limits.ts'
import { type UserId, userId } from './ids.ts'

const mention = /<@([\w-]{1,64})>/g

/** The people a body mentions, each once, at most `limits.mentionsPerMessageMax`. */
export function mentionsIn(body: string): readonly UserId[] {
  if (!body.includes('<@')) return []
  const found = new Set<UserId>()
  for (const [, id] of body.matchAll(mention)) {
    if (id !== undefined) found.add(userId(id))
    if (found.size === limits.mentionsPerMessageMax) break
  }
  return [...found]
}

/** A body cut into plain text and mentions, in order. */
export function splitMentions(body: string): readonly (string | { readonly user: UserId })[] {
  const parts: (string | { user: UserId })[] = []
  let end = 0
  for (const match of body.matchAll(mention)) {
    if (match.index > end) parts.push(body.slice(end, match.index))
    parts.push({ user: userId(match[1] ?? '') })
    end = match.index + match[0].length
  }
  if (end < body.length) parts.push(body.slice(end))
  return parts
}
