/** Looks at every frame that crosses a link, at the server's end: what was acknowledged, and who was told what. */

import assert from 'node:assert/strict'
import type { OwnCommand, RoomCommand } from '../../src/protocol/commands.ts'
import type { ClientFrame, Reply, ServerFrame } from '../../src/protocol/frames.ts'
import type { CommandId, RoomId, SessionId, UserId } from '../../src/protocol/ids.ts'
import { lingersMs, revokedMs } from './bounds.ts'
import type { Tap } from './link.ts'
import type { Base } from './world-base.ts'

type Command = RoomCommand | OwnCommand

/** Commands that the server keeps the outcome of [G9]. */
const kept: ReadonlySet<string> = new Set([
  'edit',
  'delete',
  'react',
  'join',
  'leave',
  'invite',
  'remove',
  'rename',
  'topic',
  'visibility',
  'createRoom',
  'unread',
  'profile',
  'createToken',
  'createInvite',
  'createReset',
  'deactivate',
  'reactivate',
  'serverSettings',
])

/** All commands and answers of a world, over all links and lives of pages. */
export class Watch {
  readonly #base: Base
  readonly #commands = new Map<string, Command>()
  readonly #answers = new Map<string, string>()
  readonly counts = { sends: 0, acknowledged: 0, commands: 0 }
  readonly names = new Set<string>()
  #trustMs = Number.POSITIVE_INFINITY

  constructor(base: Base) {
    this.#base = base
  }

  /** The troubles are over; when those that last have ended, too, nothing is an excuse any more. */
  calm(): void {
    this.#trustMs = this.#base.scheduler.nowMs + lingersMs
  }

  wasSent(user: UserId, id: CommandId): boolean {
    return this.#commands.has(`${user} ${id}`)
  }

  isAcknowledged(user: UserId, id: CommandId): boolean {
    return this.#answers.has(`${user} ${id}`)
  }

  /** A tap for one link of this person. */
  tapFor(user: UserId, name: string): Tap {
    let session: SessionId | null = null
    return {
      fromClient: (text) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own client
        const frame = JSON.parse(text) as ClientFrame
        if (frame.type !== 'do') return
        this.#base.trace(() => `${name} asks ${frame.commands.map(({ cmd, id }) => `${cmd} ${id}`).join(', ')}`)
        for (const command of frame.commands) this.#asked(user, command)
      },
      fromServer: (text) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own server
        const frame = JSON.parse(text) as ServerFrame
        if (frame.type === 'welcome') ({ session } = frame)
        if (frame.type === 'reply') return this.#answered(user, frame)
        this.#checkRevoked({ user, session, name }, frame)
      },
      closedByServer: (code) => this.#base.trace(() => `${name} closed by the server ${code}`),
    }
  }

  #asked(user: UserId, command: Command): void {
    const key = `${user} ${command.id}`
    const before = this.#commands.get(key)
    if (before === undefined) {
      this.counts.commands++
      if (command.cmd === 'send') this.counts.sends++
      this.names.add(command.cmd)
    } else if (JSON.stringify(before) !== JSON.stringify(command)) {
      this.#base.broken('G9', `the client used the id of ${JSON.stringify(before)} for ${JSON.stringify(command)}`)
    }
    this.#commands.set(key, command)
  }

  #answered(user: UserId, reply: Reply): void {
    const key = `${user} ${reply.re}`
    const command = this.#commands.get(key)
    if (command !== undefined)
      this.#base.trace(
        () => `  ${command.cmd} ${reply.re} answered ${JSON.stringify('ok' in reply ? reply.ok : reply.error.code)}`,
      )
    if (command === undefined || ('error' in reply && reply.error.temporary)) return
    const { truth, broken } = this.#base
    if ('error' in reply && reply.error.code === 'conflict') {
      broken('G9', `nobody used an id twice, and ${JSON.stringify(command)} was a conflict: ${JSON.stringify(reply)}`)
    }
    const answer = JSON.stringify('ok' in reply ? { ok: reply.ok } : { error: reply.error.code })
    const before = this.#answers.get(key)
    const isTold = kept.has(command.cmd) || command.cmd === 'send'
    if (isTold && before !== undefined && before !== answer && !isSignedOut(answer) && !isSignedOut(before)) {
      broken('G9', `${JSON.stringify(command)} was answered ${before}, then ${answer}`)
    }
    this.#answers.set(key, answer)
    if (!('ok' in reply)) return
    if (command.cmd === 'send') {
      if (before === undefined) this.counts.acknowledged++
      const at = truth.seqOf({ room: command.room, author: user, id: command.id })
      const said = 'seq' in reply.ok ? reply.ok.seq : null
      if (at === undefined || at !== said) broken('G1', `${key} acknowledged as ${said} and written as ${at}`)
    } else if (command.cmd === 'cancel') {
      const isNull = 'seq' in reply.ok && reply.ok.seq === null
      // By a tombstone, or because the send was refused before: both are kept under its id.
      if (isNull && !truth.hasOutcome(user, command.target)) broken('G5', `${key} cancelled nothing`)
      if (isNull) truth.neverAgain(user, command.target)
    } else if (kept.has(command.cmd) && !truth.hasOutcome(user, command.id)) {
      broken('G9', `${key} ${command.cmd} was acknowledged and has no outcome`)
    }
  }

  /** Whether this person, in this session, may still be told it [G6]. */
  #checkRevoked(to: { user: UserId; session: SessionId | null; name: string }, frame: ServerFrame): void {
    const { truth, broken } = this.#base
    const endedAtMs = to.session === null ? null : truth.endedAtMs(to.session)
    if (endedAtMs !== null && this.#isOver(endedAtMs)) {
      broken('G6', `${to.name} got ${frame.type} ${this.#agoMs(endedAtMs)} ms after the session had ended`)
    }
    for (const room of roomsOf(frame)) {
      const { isMember, sinceMs } = truth.member(room, to.user)
      if (isMember || !this.#isOver(sinceMs)) continue
      broken('G6', `${to.name} got ${frame.type} of ${room} ${this.#agoMs(sinceMs)} ms after the removal`)
    }
  }

  #agoMs(ms: number): number {
    return this.#base.scheduler.nowMs - ms
  }

  #isOver(sinceMs: number): boolean {
    assert(!Number.isNaN(sinceMs))
    const ms = sinceMs > this.#trustMs ? 1_000 : revokedMs(this.#base)
    return this.#agoMs(sinceMs) > ms
  }
}

const isSignedOut = (answer: string): boolean => answer.includes('"unauthenticated"')

/** The rooms whose content a frame tells. */
function roomsOf(frame: ServerFrame): readonly RoomId[] {
  switch (frame.type) {
    case 'snapshot':
    case 'typing':
    case 'receipt':
      return [frame.room]
    case 'page':
    case 'rows':
      return frame.room === null ? [] : [frame.room]
    case 'bump':
      return frame.bumps.map(({ room }) => room)
    default:
      return []
  }
}
