/** Who asks: a person, through one of their sessions, or somebody who is not signed in. */

import type { SessionId, UserId } from '../protocol/ids.ts'

export type Person = { readonly is: 'person'; readonly user: UserId; readonly session: SessionId }
export type Guest = { readonly is: 'guest' }
export type Actor = Person | Guest
