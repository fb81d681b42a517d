/**
 * Deliberate faults, each one a few characters: a simulation that does not notice them would notice nothing. Several are
 * faults that were there once, and that the simulation found.
 */

export type Mutant = {
  /** The promise that it breaks. */
  readonly rule: string
  readonly file: string
  /** Must be there exactly once. */
  readonly from: string
  readonly to: string
  /** Seeds whose worlds notice it, tried first; then others. */
  readonly seeds: readonly number[]
}

export const mutants: Readonly<Record<string, Mutant>> = {
  'an overtaken unit counts as written': {
    rule: 'G1',
    file: 'chat/worker.ts',
    from: `if (is === 'committed') {`,
    to: `if (is !== 'refused') {`,
    seeds: [],
  },
  'a worker starts what has expired': {
    rule: 'Q7',
    file: 'chat/worker.ts',
    from: `isExpired: expiresAtMs <= nowMs,`,
    to: `isExpired: false,`,
    seeds: [],
  },
  'a repeated command is decided again': {
    rule: 'G9',
    file: 'chat/decide.ts',
    from: `if (kept !== null) return`,
    to: `if (kept?.cmd === 'cancel') return`,
    seeds: [],
  },
  'a repeated send is a new message': {
    rule: 'G2',
    file: 'chat/messages.ts',
    from: `if (first !== null) return repeated(first, fingerprint)`,
    to: `if (first?.seq === 0) return repeated(first, fingerprint)`,
    seeds: [],
  },
  'a cancel says that a sent message never will be': {
    rule: 'G5',
    file: 'chat/messages.ts',
    from: `if (sent !== null) return { ok: { seq: sent.seq } }`,
    to: `if (sent !== null) return { ok: { seq: null } }`,
    seeds: [],
  },
  'a cancel does not fence its room': {
    rule: 'G5',
    file: 'chat/messages.ts',
    from: `!== null) draft.fenceRoom(record)`,
    to: `!== null) Object.freeze(record)`,
    seeds: [],
  },
  'commands of one frame go through the queue one by one': {
    rule: 'G10',
    file: 'chat/session.ts',
    from: `const key = keyOf(envelope)`,
    to: `const key = keyOf(envelope) + command.id`,
    seeds: [],
  },
  'what one is told of a removal is not acted on': {
    rule: 'G6',
    file: 'chat/gateway.ts',
    from: `if (!isMember) this.#removed(person, room)`,
    to: `if (!isMember) void room`,
    seeds: [],
  },
  'an ended session goes on': {
    rule: 'G6',
    file: 'chat/streams.ts',
    from: `row.kind === 'session' && row.isEnded ?`,
    to: `row.kind === 'session' && row.rev < 0 ?`,
    seeds: [],
  },
  'sessions are not looked at': {
    rule: 'G6',
    file: 'chat/gateway.ts',
    from: `if (areValid[index] === false)`,
    to: `if (areValid[index] === null)`,
    seeds: [],
  },
  'the heads of open rooms are not checked': {
    rule: 'G4',
    file: 'chat/gateway.ts',
    from: `await hub.checkHeads()`,
    to: `await Promise.resolve()`,
    seeds: [],
  },
  'the heads of rooms that are not open are not checked': {
    rule: 'G4',
    file: 'chat/bumps.ts',
    from: `await this.#deps.hub.checkHeads(some.map(roomStream))`,
    to: `await Promise.resolve(some)`,
    seeds: [],
  },
  'what happened before a room was listened to is not told': {
    rule: 'G4',
    file: 'chat/bumps.ts',
    from: `if ((head ?? 0) > lastRev) await`,
    to: `if ((head ?? 0) < 0) await`,
    seeds: [],
  },
  'an unsent mention is forgotten when the next bump comes': {
    rule: 'G4',
    file: 'chat/bumps.ts',
    from: `earlier.mentions.filter((at) => !gone.includes(at))`,
    to: `earlier.mentions.filter((at) => at < 0)`,
    seeds: [],
  },
  'removed people are pushed on, and told of what follows': {
    rule: 'G6',
    file: 'chat/session.ts',
    from: `this.#bumps?.delete(room)`,
    to: `void room`,
    seeds: [],
  },
  'a page of a room is read without asking who reads': {
    rule: 'G6',
    file: 'store/sqlite/read-room.ts',
    from: `of.viewer === null ? queries.room.one(of.room)`,
    to: `of.viewer !== '' ? queries.room.one(of.room)`,
    seeds: [],
  },
  'a hole in a stream is stepped over': {
    rule: 'G4',
    file: 'realtime/stream.ts',
    from: `    if (event.from === this.#rev + 1) {\n      this.#deliver(event)\n      this.#deliverHeld()`,
    to: `    if (event.from > this.#rev) {\n      this.#deliver(event)\n      this.#deliverHeld()`,
    seeds: [],
  },
  'holes are noticed and not healed': {
    rule: 'G4',
    file: 'realtime/stream.ts',
    from: `!this.isEmpty() && this.#wanted > this.#rev`,
    to: `!this.isEmpty() && this.#wanted < this.#rev`,
    seeds: [],
  },
  'a stalled reader is left behind': {
    rule: 'G8',
    file: 'realtime/seat.ts',
    from: `onceDrained(() => this.catchUp())`,
    to: `onceDrained(() => void this)`,
    seeds: [],
  },
  'a follower goes live without what it missed': {
    rule: 'G4',
    file: 'realtime/fan-out.ts',
    from: `if (rev >= this.#sentRev) return []`,
    to: `if (rev >= 0) return []`,
    seeds: [],
  },
  'a stream is advanced from wherever it is': {
    rule: 'G3',
    file: 'store/sqlite/commit.ts',
    from: `if (heads.read(advance) !== advance.from) return stale`,
    to: `if (heads.read(advance) < 0) return stale`,
    seeds: [],
  },
  'a second outcome of a command is let in': {
    rule: 'G9',
    file: 'store/sqlite/puts.ts',
    from: `if (!isNew) throw new Overtaken`,
    to: `if (!isNew && author === '') throw new Overtaken`,
    seeds: [],
  },
  'an older message row replaces a newer one': {
    rule: 'G4',
    file: 'client/timeline.ts',
    from: `if (row.rev <= (rows[index]?.rev ?? 0)) return`,
    to: `if (row.rev < 0) return`,
    seeds: [],
  },
  'an older reaction replaces a newer one': {
    rule: 'G4',
    file: 'client/timeline.ts',
    from: `if (row.rev <= (held.get(key)?.rev ?? 0)) return`,
    to: `if (row.rev < 0) return`,
    seeds: [],
  },
  'a lane sends while a frame is unanswered': {
    rule: 'G10',
    file: 'client/lane.ts',
    from: `if (inFlight.size > 0 || pause.isSet()) return`,
    to: `if (pause.isSet()) return`,
    seeds: [],
  },
  'a lane waits for answers of a link that is gone': {
    rule: 'G5',
    file: 'client/lane.ts',
    from: `    lost() {\n      inFlight.clear()`,
    to: `    lost() {`,
    seeds: [],
  },
  'an outbox does not survive its page': {
    rule: 'G5',
    file: 'client/outbox.ts',
    from: `kept.toReversed() : kept) adopt(each, where)`,
    to: `kept.toReversed() : kept) void each`,
    seeds: [],
  },
  'a message of mine shows as sent and as pending': {
    rule: 'G2',
    file: 'client/room.ts',
    from: `if (window.hasMine(mine)) outbox.sends.seen(mine)`,
    to: `if (!window.hasMine(mine) && window.endSeq() < 0) outbox.sends.seen(mine)`,
    seeds: [],
  },
  'a message stays pending in a room that was shut': {
    rule: 'G5',
    file: 'client/room.ts',
    from: `    outbox.sends.seenThrough(anySeq)\n    history.ready()\n  }\n`,
    to: `    history.ready()\n  }\n`,
    seeds: [],
  },
  'a snapshot does not move the list of rooms': {
    rule: 'G4',
    file: 'client/room.ts',
    from: `for (const row of frame.messages) own.memberships.sawMessage(id, row)`,
    to: ``,
    seeds: [],
  },
  'reactions outlive their message': {
    rule: 'G4',
    file: 'client/shown-message.ts',
    from: `body === null ? [] : reactions`,
    to: `reactions`,
    seeds: [],
  },
  'an older name of a room replaces a newer one': {
    rule: 'G4',
    file: 'client/memberships.ts',
    from: `if (told.room.lastRev >= held.room.lastRev) {`,
    to: `if (told.room.lastRev >= 0) {`,
    seeds: [],
  },
  'who came and went unseen is counted': {
    rule: 'G4',
    file: 'client/room-people.ts',
    from: `isWhole ? false : !row.isMember`,
    to: `!row.isMember`,
    seeds: [],
  },
  'epochs of read cursors are ignored': {
    rule: 'G4',
    file: 'client/memberships.ts',
    from: `a.epoch === b.epoch ? a.seq < b.seq : a.epoch < b.epoch`,
    to: `a.seq < b.seq`,
    seeds: [],
  },
  'answers of a batch are mixed up': {
    rule: 'Q4',
    file: 'queue/memory.ts',
    from: `settle(answerAt(answers, index))`,
    to: `settle(answerAt(answers, Math.max(0, index - 1)))`,
    seeds: [],
  },
  'the layer delivers to nobody': {
    rule: 'G4',
    file: 'layer/subscribers.ts',
    from: `if (member.isOpen) member.deliver(message)`,
    to: `if (member.isOpen && group === '') member.deliver(message)`,
    seeds: [],
  },
}
