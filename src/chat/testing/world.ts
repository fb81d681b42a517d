/** A small world for tests of the rules: people and rooms made by real commands, decided by the real worker. */

import assert from 'node:assert/strict'
import type { ErrorCode, WireError } from '../../protocol/errors.ts'
import {
  type CommandId,
  type RoomId,
  type Seq,
  type SessionId,
  type UserId,
  commandId,
  roomId,
  sessionId,
} from '../../protocol/ids.ts'
import type { FactOf, Need } from '../../store/store.ts'
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts'
import type { Actor, Person } from '../actor.ts'
import type { Envelope } from '../decide.ts'
import type { NewSession, Prepared } from '../decision.ts'
import type { Change } from '../draft.ts'
import { loadFact } from '../load-fact.ts'
import { fingerprintOf } from '../prepare.ts'
import { type Secrets, hashToken, openSecrets } from '../secrets.ts'
import { batchHandler } from '../worker.ts'
import { type TestStore, openTestStore } from './test-store.ts'

type WithoutId<C> = C extends unknown ? Omit<C, 'id'> & { readonly id?: CommandId } : never
/** A command as a test writes it: with an id only where it matters. */
export type Written = WithoutId<Prepared>

/** What was answered. `code` is short for `error.code`. */
export type Answered = {
  readonly ok?: Readonly<Record<string, unknown>>
  readonly error?: WireError
  readonly code?: ErrorCode
}

export type World = {
  readonly clock: ManualClock
  readonly store: TestStore
  readonly secrets: Secrets
  readonly reports: string[]
  /** All that was announced, in order. */
  readonly announced: Change[]
  readonly newId: () => string
  /** The first person, owner of the server. */
  readonly owner: Person
  readonly envelope: (actor: Actor, command: Written) => Envelope
  /** Has one batch decided, as the queue would. */
  readonly batch: (...envelopes: readonly Envelope[]) => Promise<readonly Answered[]>
  readonly act: (actor: Actor, command: Written) => Promise<Answered>
  readonly signUp: (name: string) => Promise<Person>
  readonly room: (owner: Person, visibility: 'public' | 'private', ...members: readonly Person[]) => Promise<RoomId>
  readonly direct: (...people: readonly [Person, ...Person[]]) => Promise<RoomId>
  readonly send: (author: Person, room: RoomId, body: string) => Promise<Seq>
  readonly fact: <N extends Need>(need: N) => Promise<FactOf[N['need']]>
}

export const guest: Actor = { is: 'guest' }

/** The token of the session that somebody was given when they came. */
export const tokenOf = (person: Person): string => `token of ${person.session}`

export async function openWorld(): Promise<World> {
  const clock = manualClock()
  const store = openTestStore()
  const secrets = openSecrets(new Uint8Array(32).fill(7))
  const announced: Change[] = []
  const reports: string[] = []
  let ids = 0
  const newId = (): string => `id${String(++ids).padStart(6, '0')}`
  const handle = batchHandler({
    store,
    clock,
    secrets,
    newId,
    announce: async (changes) => void announced.push(...changes),
    report: (event) => void reports.push(event),
  })

  const envelope = (actor: Actor, written: Written): Envelope => {
    const command = { id: commandId(`c-${newId()}`), ...written } as Prepared
    return { actor, command, fingerprint: fingerprintOf(command) }
  }

  async function batch(...envelopes: readonly Envelope[]): Promise<readonly Answered[]> {
    const queued = envelopes.map((each) => ({ key: 'k', body: JSON.stringify(each), expiresAtMs: Infinity }))
    return (await handle(queued)).map(readAnswer)
  }

  async function act(actor: Actor, command: Written): Promise<Answered> {
    const [answered] = await batch(envelope(actor, command))
    assert(answered)
    return answered
  }

  function start(): NewSession {
    const session = sessionId(newId())
    return { session, tokenHash: hashToken(`token of ${session}`), agent: 'a browser' }
  }

  async function arrive(cmd: 'setUp' | 'signUp', name: string): Promise<Person> {
    const begun = start()
    const account = { handle: name.toLowerCase(), name, passwordHash: `hash of ${name}`, start: begun }
    const secret = secrets.secretOf('setup', 'owner')
    const answered = await act(guest, cmd === 'setUp' ? { cmd, secret, ...account } : { cmd, ...account })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the output of both commands
    const { id: user } = okOf(answered)['user'] as { id: UserId }
    return { is: 'person', user, session: sessionId(begun.session) }
  }

  async function room(owner: Person, visibility: 'public' | 'private', ...members: readonly Person[]): Promise<RoomId> {
    const made = roomId(String(okOf(await act(owner, { cmd: 'createRoom', name: '마당', visibility }))['room']))
    for (const { user } of members) okOf(await act(owner, { cmd: 'invite', room: made, user }))
    return made
  }

  async function direct(...[first, ...others]: readonly [Person, ...Person[]]): Promise<RoomId> {
    const answered = await act(first, { cmd: 'openDirect', users: others.map(({ user }) => user) })
    return roomId(String(okOf(answered)['room']))
  }

  async function send(author: Person, at: RoomId, body: string): Promise<Seq> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the output of a send
    return okOf(await act(author, { cmd: 'send', room: at, body }))['seq'] as Seq
  }

  const owner = await arrive('setUp', 'Owner')
  okOf(await act(owner, { cmd: 'serverSettings', openSignUp: true }))
  return {
    clock,
    store,
    secrets,
    reports,
    announced,
    newId,
    owner,
    envelope,
    batch,
    act,
    signUp: (name) => arrive('signUp', name),
    room,
    direct,
    send,
    fact: (need) => loadFact(store, need),
  }
}

/** A new session to start, whose token a test knows. */
export function newStart(world: World): NewSession & { readonly session: SessionId } {
  const session = sessionId(world.newId())
  return { session, tokenHash: hashToken(`token of ${session}`), agent: 'another browser' }
}

export function readAnswer(text: string): Answered {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the worker
  const answered = JSON.parse(text) as Answered
  return answered.error === undefined ? answered : { ...answered, code: answered.error.code }
}

export function okOf(answered: Answered): Readonly<Record<string, unknown>> {
  assert(answered.ok, `refused: ${JSON.stringify(answered.error)}`)
  return answered.ok
}

/** Awaits something that waits for time to pass, too. */
export async function timePassing<T>(clock: ManualClock, work: Promise<T>): Promise<T> {
  const over = new AbortController()
  const done = work.finally(() => over.abort())
  // Awaited below; until then its failure is nobody's yet.
  done.catch(() => {})
  while (!over.signal.aborted) await clock.advance(50)
  return done
}

/** A field of an output that is a text: an id or a secret. */
export function textIn(answered: Answered, field: string): string {
  const value = okOf(answered)[field]
  assert(typeof value === 'string', `${field} is a text`)
  return value
}
