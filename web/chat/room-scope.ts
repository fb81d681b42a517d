/** What the parts of one open room share: the timeline, its messages, and the composer below them. */

import { createContext } from 'preact'
import { type Signal, signal } from '@preact/signals'
import { useContext } from 'preact/hooks'
import type { Pending, Room, ShownMessage } from '../../src/client/api.ts'
import type { CommandId, Seq } from '../../src/protocol/ids.ts'

/** What floats over the timeline: of which message, and beside what. */
export type Floating =
  | { readonly is: 'menu' | 'emoji'; readonly message: ShownMessage; readonly anchor: Element }
  | { readonly is: 'sheet'; readonly message: ShownMessage }

export type RoomScope = {
  readonly room: Room
  readonly name: string
  /** May remove messages and people of others. */
  readonly keepsOrder: boolean
  readonly replyTo: Signal<Seq | null>
  /** The message of mine, sent or not, that is being edited in its place. */
  readonly editing: Signal<Seq | CommandId | null>
  readonly floating: Signal<Floating | null>
  /** True after "mark unread": reading on does not mark it read again until the room is opened anew. */
  readonly keepsUnread: Signal<boolean>
  /** When I last typed, by the monotonic clock: nothing is read aloud into my writing. */
  readonly typedAtMs: { current: number }
  readonly toEnd: { current: () => void }
  readonly jumpTo: { current: (seq: Seq) => void }
  readonly focusComposer: { current: () => void }
}

export type Editable = ShownMessage | Pending

export function makeRoomScope(room: Room): Omit<RoomScope, 'name' | 'keepsOrder'> {
  return {
    room,
    replyTo: signal<Seq | null>(null),
    editing: signal<Seq | CommandId | null>(null),
    floating: signal<Floating | null>(null),
    keepsUnread: signal(false),
    typedAtMs: { current: -Infinity },
    toEnd: { current: nothing },
    jumpTo: { current: nothing },
    focusComposer: { current: nothing },
  }
}

const nothing = () => undefined

export const RoomContext = createContext<RoomScope | null>(null)

export function useRoomScope(): RoomScope {
  const scope = useContext(RoomContext)
  if (scope === null) throw new Error('drawn outside a RoomContext')
  return scope
}
