/**
 * The promises, checked: every acknowledged change is there once, in one order, in the history and in every view. Each
 * check gives what it found broken, in words; nothing is thrown, so that one run tells all of it.
 */

import type { Room } from '../../src/client/api.ts'
import type { CommandId, UserId } from '../../src/protocol/ids.ts'
import type { MessageRow } from '../../src/protocol/rows.ts'
import type { RoomHistory } from './history.ts'
import type { Asked, Journal } from './journal.ts'

type Acknowledged = Asked & { outcome: { readonly is: 'acknowledged' } }

/** [G1 G2 G3] the history against the acknowledgements, [G10] the order of each sender. */
export function checkHistory(journal: Journal, history: RoomHistory): readonly string[] {
  const asked = [...journal.asked.values()].filter(({ command }) => command.room === history.room)
  return [
    ...gaps(history),
    ...strangers(history, asked),
    ...asked.flatMap((each) => lostOrMoved(history, each)),
    ...asked.flatMap((each) => refusedButThere(history, each)),
    ...reordered(history, journal),
    ...changesLost(history, asked.filter(isAcknowledged)),
  ]
}

/** [G4] what somebody sees against the history. A view may hold the newest part only, but no other. */
export function checkView(who: string, room: Room, history: RoomHistory): readonly string[] {
  const { messages, state, isAtTail } = room.timeline()
  const where = `${who} in ${room.id}`
  if (state !== 'ready' || !isAtTail) return [`${where}: ${JSON.stringify(state)}, at the tail: ${isAtTail}`]
  const first = messages[0]?.seq ?? history.lastSeq + 1
  const expected = history.messages.filter(({ seq }) => seq >= first)
  if (messages.length !== expected.length || (messages.length < 50 && expected.length !== history.messages.length)) {
    return [`${where}: shows ${messages.length} messages from ${first} of ${history.lastSeq}`]
  }
  return expected.flatMap((row, index) => {
    const shown = messages[index]
    const wanted = shownForm(row, reactionsOf(history, row))
    const seen =
      shown &&
      shownForm(
        shown,
        shown.reactions.flatMap(({ emoji, users }) => users.map((user) => `${emoji} ${user}`)),
      )
    return wanted === seen ? [] : [`${where}: shows ${seen}\n  instead of ${wanted}`]
  })
}

/**
 * [G5] what was typed is acknowledged, or its author still has it. A message that its author has seen in the room needs no
 * answer any more: one whose answer was lost is not sent again [G2].
 */
export function checkTyped(
  journal: Journal,
  { pending, histories }: { readonly pending: ReadonlySet<CommandId>; readonly histories: readonly RoomHistory[] },
): readonly string[] {
  const there = new Set(histories.flatMap(({ messages }) => messages.map(({ author, id }) => `${author} ${id}`)))
  return journal.typed.flatMap(({ author, room, id }) => {
    const key = `${author} ${id}`
    const isKept = journal.asked.get(key)?.outcome.is === 'acknowledged' || there.has(key) || pending.has(id)
    return isKept ? [] : [`LOST what ${author} typed in ${room}: ${id}`]
  })
}

const isAcknowledged = (asked: Asked): asked is Acknowledged => asked.outcome.is === 'acknowledged'

function gaps({ room, messages, lastSeq }: RoomHistory): readonly string[] {
  const wrong = messages.filter(({ seq }, index) => seq !== index + 1)
  const short =
    messages.length === lastSeq ? [] : [`${room}: ${messages.length} messages, but the last seq is ${lastSeq}`]
  return [...short, ...wrong.map(({ seq }) => `${room}: a hole before ${seq}`)]
}

/** Every message is one that was sent, and is there once. */
function strangers({ room, messages }: RoomHistory, asked: readonly Asked[]): readonly string[] {
  const sent = new Set(
    asked.flatMap(({ author, command }) => (command.cmd === 'send' ? [`${author} ${command.id}`] : [])),
  )
  const seen = new Set<string>()
  return messages.flatMap(({ author, id, seq }) => {
    const key = `${author} ${id}`
    const isTwice = seen.has(key)
    seen.add(key)
    if (isTwice) return [`${room}: ${key} is there twice, again at ${seq}`]
    return sent.has(key) ? [] : [`${room}: ${key} at ${seq} was sent by nobody`]
  })
}

function lostOrMoved({ room, messages }: RoomHistory, { author, command, outcome }: Asked): readonly string[] {
  if (command.cmd !== 'send' || outcome.is !== 'acknowledged') return []
  const found = messages[outcome.seq - 1]
  const isThere = found?.id === command.id && found.author === author
  return isThere
    ? []
    : [`${room}: LOST ${author} ${command.id}, acknowledged at ${outcome.seq}: ${JSON.stringify(found)}`]
}

function refusedButThere({ room, messages }: RoomHistory, { author, command, outcome }: Asked): readonly string[] {
  if (command.cmd !== 'send' || outcome.is !== 'refused') return []
  const isThere = messages.some(({ id, author: by }) => id === command.id && by === author)
  return isThere ? [`${room}: ${author} ${command.id} is there, but was refused: ${outcome.error.code}`] : []
}

/** Messages of one person stand in the order in which they were typed. */
function reordered({ room, messages }: RoomHistory, { typed }: Journal): readonly string[] {
  const seqs = new Map(messages.map(({ author, id, seq }): [string, number] => [`${author} ${id}`, seq]))
  const last = new Map<UserId, number>()
  return typed.flatMap(({ author, room: where, id }) => {
    const seq = where === room ? seqs.get(`${author} ${id}`) : undefined
    if (seq === undefined) return []
    const before = last.get(author) ?? 0
    last.set(author, seq)
    return seq > before ? [] : [`${room}: ${author} typed ${id} at ${seq} after that at ${before}`]
  })
}

/** Changes of one message by its author, and reactions of one person, are done in their order: the last one is what is. */
function changesLost(history: RoomHistory, asked: readonly Acknowledged[]): readonly string[] {
  const bodies = new Map<number, string | null>()
  const reactions = new Map<string, boolean>()
  for (const { author, command, outcome } of asked) {
    if (command.cmd === 'react') reactions.set(`${command.seq} ${command.emoji} ${author}`, command.isOn)
    else if (command.cmd === 'delete') bodies.set(command.seq, null)
    else if (command.cmd === 'edit') bodies.set(command.seq, command.body)
    else bodies.set(outcome.seq, bodies.has(outcome.seq) ? (bodies.get(outcome.seq) ?? null) : command.body)
  }
  const on = new Set(history.reactions.map(({ seq, emoji, user }) => `${seq} ${emoji} ${user}`))
  const wrongBodies = [...bodies].filter(([seq, body]) => history.messages[seq - 1]?.body !== body)
  const wrongReactions = [...reactions].filter(([key, isOn]) => {
    const isDeleted = history.messages[Number.parseInt(key, 10) - 1]?.body === null
    return on.has(key) !== (isOn && !isDeleted)
  })
  return [
    ...wrongBodies.map(
      ([seq, body]) => `${history.room}: ${seq} is not ${body}, but ${history.messages[seq - 1]?.body}`,
    ),
    ...wrongReactions.map(([key, isOn]) => `${history.room}: reaction ${key} should be ${isOn ? 'on' : 'off'}`),
  ]
}

const reactionsOf = ({ reactions }: RoomHistory, { seq, body }: MessageRow): readonly string[] =>
  body === null ? [] : reactions.filter((each) => each.seq === seq).map(({ emoji, user }) => `${emoji} ${user}`)

function shownForm(row: Omit<MessageRow, 'kind'>, reactions: readonly string[]): string {
  const { rev, seq, id, author, sentAtMs, body, replyTo, editedAtMs } = row
  return JSON.stringify({ rev, seq, id, author, sentAtMs, body, replyTo, editedAtMs, reactions: reactions.toSorted() })
}

/** The first of them, in so many words. */
export function summaryOf(broken: readonly string[]): string {
  const shown = broken.slice(0, 12).join('\n')
  return broken.length <= 12 ? shown : `${shown}\n… and ${broken.length - 12} more`
}
