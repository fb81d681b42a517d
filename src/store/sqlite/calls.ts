/** What the store's thread is asked and what it answers: the methods of `Store`, as messages. */

import type { Store } from '../store.ts'
import type { Failure } from './failures.ts'

export type Method = Exclude<keyof Store, typeof Symbol.asyncDispose>
export type WriteMethod = 'commit' | 'seen' | 'forgetOutcomes'
export type ReadMethod = Exclude<Method, WriteMethod>

export type Arguments = { readonly [M in Method]: Parameters<Store[M]>[0] }
export type Answers = { readonly [M in Method]: Awaited<ReturnType<Store[M]>> }

/** Each method's work, done in the thread. */
export type Handlers<M extends Method> = { readonly [N in M]: (of: Arguments[N]) => Answers[N] }

/** `call` pairs a request with its reply. */
export type Request<M extends Method = Method> = {
  [N in M]: { readonly call: number; readonly ask: N; readonly of: Arguments[N] }
}[M]
export type Reply =
  | { readonly call: number; readonly ok: true; readonly answer: Answers[Method] }
  | { readonly call: number; readonly ok: false; readonly failure: Failure }

/** Since the store was opened. `transactions` that wrote; `commits`: calls of `commit` they answered. */
export type Stats = { readonly transactions: number; readonly commits: number }

export type ToThread = readonly Request[] | 'close'
export type FromThread =
  | { readonly is: 'open' }
  | { readonly is: 'replies'; readonly replies: readonly Reply[]; readonly stats: Stats }
  /** The last word of a thread that cannot go on. */
  | { readonly is: 'failed'; readonly failure: Failure }

export function isWrite(request: Request): request is Request<WriteMethod> {
  return request.ask === 'commit' || request.ask === 'seen' || request.ask === 'forgetOutcomes'
}
