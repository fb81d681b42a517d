/** Names for the plain strings and numbers that travel everywhere, so that the compiler keeps them apart. */

// oxlint-disable typescript/no-unsafe-type-assertion -- to brand is to assert; what comes from outside was checked before

type Brand<T, Name extends string> = T & { readonly __brand: Name }

/** Opaque, 1 to 64 characters of `A-Z a-z 0-9 _ -`; so are all ids. */
export type RoomId = Brand<string, 'RoomId'>
export type UserId = Brand<string, 'UserId'>
export type SessionId = Brand<string, 'SessionId'>
export type InviteId = Brand<string, 'InviteId'>
export type TokenId = Brand<string, 'TokenId'>

/** Chosen by the sender before the first attempt (a UUIDv7); a command keeps it through every retry [G2 G9]. */
export type CommandId = Brand<string, 'CommandId'>

/** Position of a message in its room: 1, 2, 3 … with no holes. 0 is "before the first message". */
export type Seq = Brand<number, 'Seq'>

/** Counts the changes of a room, or of what is a person's own: one rev is one changed row. 0 is "nothing yet". */
export type Rev = Brand<number, 'Rev'>

export const roomId = (value: string): RoomId => value as RoomId
export const userId = (value: string): UserId => value as UserId
export const sessionId = (value: string): SessionId => value as SessionId
export const inviteId = (value: string): InviteId => value as InviteId
export const tokenId = (value: string): TokenId => value as TokenId
export const commandId = (value: string): CommandId => value as CommandId
export const seq = (value: number): Seq => value as Seq
export const rev = (value: number): Rev => value as Rev
