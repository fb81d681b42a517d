/** A message as it is shown: its row, who reacted, and what I have just changed of it. */

import type { UserId } from '../protocol/ids.ts'
import type { MessageRow, ReactionRow } from '../protocol/rows.ts'
import { unreachable } from '../unreachable.ts'
import type { ShownMessage } from './api.ts'
import type { ShownChange } from './room-changes.ts'

export function showMessage(
  row: MessageRow,
  over: {
    readonly reactions: ReadonlyMap<string, ReactionRow> | undefined
    readonly changes: readonly ShownChange[]
    readonly me: UserId | null
  },
): ShownMessage {
  const { body, reactions } = over.changes.reduce((shown, change) => changedBy(shown, change, over.me), {
    body: row.body,
    reactions: reactionsOf(over.reactions),
  })
  // As a fresh page shows it: what was put on a message before it was deleted is gone with it.
  return {
    ...row,
    body,
    reactions: body === null ? [] : reactions,
    isPending: over.changes.some(({ isAnswered }) => !isAnswered),
  }
}

type Shown = Pick<ShownMessage, 'body' | 'reactions'>

function reactionsOf(rows: ReadonlyMap<string, ReactionRow> | undefined): Shown['reactions'] {
  const byEmoji = new Map<string, UserId[]>()
  const on = [...(rows?.values() ?? [])].filter(({ isOn }) => isOn)
  for (const { emoji, user } of on.toSorted((a, b) => a.rev - b.rev)) {
    byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), user])
  }
  return [...byEmoji].map(([emoji, users]) => ({ emoji, users }))
}

function changedBy(shown: Shown, { command }: ShownChange, me: UserId | null): Shown {
  switch (command.cmd) {
    case 'edit':
      return { ...shown, body: command.body }
    case 'delete':
      return { ...shown, body: null }
    case 'react':
      return me === null ? shown : { ...shown, reactions: reacted(shown.reactions, { ...command, me }) }
    default:
      return unreachable(command)
  }
}

function reacted(
  reactions: Shown['reactions'],
  { emoji, isOn, me }: { readonly emoji: string; readonly isOn: boolean; readonly me: UserId },
): Shown['reactions'] {
  const held = reactions.find((each) => each.emoji === emoji)
  if (held === undefined) return isOn ? [...reactions, { emoji, users: [me] }] : reactions
  if (held.users.includes(me) === isOn) return reactions
  const users = isOn ? [...held.users, me] : held.users.filter((user) => user !== me)
  return reactions.flatMap((each) => (each !== held ? [each] : users.length === 0 ? [] : [{ emoji, users }]))
}
