/** The real engine of the SQLite store, in this thread, reached over a line that is slow, breaks, and loses answers. */

import type {
  Answers,
  Arguments,
  Method,
  ReadMethod,
  Reply,
  Request,
  WriteMethod,
} from '../../src/store/sqlite/calls.ts'
import { isWrite } from '../../src/store/sqlite/calls.ts'
import { errorOf } from '../../src/store/sqlite/failures.ts'
import type { Store } from '../../src/store/store.ts'
import type { Life } from './life.ts'
import { Injected } from './trouble.ts'
import { type Base, delayMs } from './world-base.ts'

/** Called before each call goes out and before each answer comes in. */
export type Step = (step: string) => void

/** The store as one process or worker sees it. */
export function storeFor(base: Base, life: Life, step: Step = () => {}): Store {
  const call = async <M extends Method>(ask: M, of: Arguments[M]): Promise<Answers[M]> =>
    await new Promise((resolve, reject) => {
      const arrive = (): void => {
        const reply = answer(base, ask, of)
        base.scheduler.after(delayOf(base), () => {
          step(`${ask} answered`)
          life.do(() => {
            if (reply instanceof Error) reject(reply)
            // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the engine answers a method with its own kind
            else resolve(reply as Answers[M])
          })
        })
      }
      step(`before ${ask}`)
      life.do(() => base.scheduler.after(delayOf(base), arrive))
    })
  return {
    load: async (of) => await call('load', of),
    commit: async (of) => await call('commit', of),
    welcome: async (of) => await call('welcome', of),
    memberships: async (of) => await call('memberships', of),
    snapshot: async (of) => await call('snapshot', of),
    changes: async (of) => await call('changes', of),
    ownChanges: async (of) => await call('ownChanges', of),
    history: async (of) => await call('history', of),
    members: async (of) => await call('members', of),
    users: async (of) => await call('users', of),
    people: async (of) => await call('people', of),
    publicRooms: async (of) => await call('publicRooms', of),
    invites: async (of) => await call('invites', of),
    heads: async (of) => await call('heads', of),
    seen: async (of) => await call('seen', of),
    forgetOutcomes: async (of) => await call('forgetOutcomes', of),
    async [Symbol.asyncDispose]() {},
  }
}

function delayOf(base: Base): number {
  return base.trouble.strikes('store slow', 0.03) ? base.dice.between(200, 3_000) : delayMs(base)
}

function answer<M extends Method>(base: Base, ask: M, of: Arguments[M]): Answers[Method] | Error {
  if (base.outage.store && base.trouble.isOn) return new Injected('the store is down')
  if (base.trouble.strikes('store fails', 0.04)) return new Injected('the store failed before it did anything')
  const found = directly(base, ask, of)
  if (ask === 'commit' && base.trouble.strikes('commit unknown', 0.06)) return new Injected('the answer was lost')
  return found
}

/** Asks the engine at once, without a line between. */
export function directly<M extends Method>(base: Base, ask: M, of: Arguments[M]): Answers[M] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a request is its method with its arguments
  const request = { call: 1, ask, of } as unknown as Request
  const reply = isWrite(request) ? write(base, request) : read(base, request)
  if (!reply.ok) throw errorOf(reply.failure)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the engine answers a method with its own kind
  return reply.answer as Answers[M]
}

function write(base: Base, request: Request<WriteMethod>): Reply {
  const { replies, fatal } = base.engine.write([request])
  const [reply] = replies
  if (fatal !== null || reply === undefined) throw new Error(`the engine broke: ${JSON.stringify(fatal)}`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a commit is answered with
  if (reply.ok && request.ask === 'commit') base.truth.committed(request.of, reply.answer as Answers['commit'])
  return reply
}

function read(base: Base, request: Request<ReadMethod>): Reply {
  const [reply] = base.engine.read([request])
  if (reply === undefined) throw new Error('the engine answered nothing')
  return reply
}
