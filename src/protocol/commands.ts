/**
 * The commands: what people and programs may ask to be changed. A command says what shall be, never "toggle", so doing it
 * twice is doing it once. Inputs, outputs and checks are here, for client and server alike; who may and how it is decided
 * is the server's (chat/commands.ts).
 */

import { type Check, Refusal, bool, id, int, line, list, object, oneOf, pattern, tag, tagged, text } from './check.ts'
import {
  type CommandId,
  type InviteId,
  type RoomId,
  type Seq,
  type SessionId,
  type TokenId,
  type UserId,
  commandId,
  inviteId,
  roomId,
  sessionId,
  tokenId,
  userId,
} from './ids.ts'
import { limits } from './limits.ts'
import type { User } from './rows.ts'

/** Of one room: these share the room's lane, in the client's outbox and in the queue [G10]. */
export type RoomInputs = {
  readonly send: { readonly room: RoomId; readonly body: string; readonly replyTo?: Seq }
  readonly edit: { readonly room: RoomId; readonly seq: Seq; readonly body: string }
  readonly delete: { readonly room: RoomId; readonly seq: Seq }
  readonly react: { readonly room: RoomId; readonly seq: Seq; readonly emoji: string; readonly isOn: boolean }
  /** Discards a send of mine whose outcome I do not know, for ever: `target` can never appear later [G5]. */
  readonly cancel: { readonly room: RoomId; readonly target: CommandId }
  readonly join: { readonly room: RoomId }
  readonly leave: { readonly room: RoomId }
  readonly invite: { readonly room: RoomId; readonly user: UserId }
  readonly remove: { readonly room: RoomId; readonly user: UserId }
  readonly rename: { readonly room: RoomId; readonly name: string }
  readonly topic: { readonly room: RoomId; readonly topic: string }
  readonly visibility: { readonly room: RoomId; readonly visibility: 'public' | 'private' }
}

/** Of one person, or of the server: these share the person's own lane. */
export type OwnInputs = {
  readonly createRoom: { readonly name: string; readonly visibility: 'public' | 'private'; readonly topic?: string }
  /** The room of me and these people; made when there is none yet. */
  readonly openDirect: { readonly users: readonly UserId[] }
  /** Moves my cursor forward to `seq`; ignored when `epoch` is older than the cursor's. */
  readonly read: { readonly room: RoomId; readonly seq: Seq; readonly epoch: number }
  /** Sets my cursor back, so that `seq` is the last one read, and starts a new epoch. */
  readonly unread: { readonly room: RoomId; readonly seq: Seq }
  readonly profile: { readonly name: string }
  readonly changePassword: { readonly old: string; readonly new: string }
  readonly endSession: { readonly session: SessionId }
  readonly createToken: { readonly name: string }
  readonly endToken: { readonly token: TokenId }
  /** Makes a link that lets `uses` people sign up, and puts them into `room` when one is named. */
  readonly createInvite: { readonly room?: RoomId; readonly uses: number; readonly hours: number }
  readonly endInvite: { readonly invite: InviteId }
  readonly createReset: { readonly user: UserId }
  readonly deactivate: { readonly user: UserId }
  readonly reactivate: { readonly user: UserId }
  readonly serverSettings: { readonly name?: string; readonly openSignUp?: boolean }
}

/** Of people who are not signed in. Through the HTTP door only, which sets the cookie. */
export type GuestInputs = {
  readonly setUp: {
    readonly secret: string
    readonly handle: string
    readonly name: string
    readonly password: string
    /** The server's name, shown above the room list. */
    readonly server?: string
  }
  readonly signUp: {
    readonly invite?: string
    readonly handle: string
    readonly name: string
    readonly password: string
  }
  readonly signIn: { readonly handle: string; readonly password: string }
  readonly resetPassword: { readonly reset: string; readonly password: string }
}

export type CommandInputs = RoomInputs & OwnInputs & GuestInputs

type Nothing = Readonly<Record<string, never>>

export type CommandOutputs = {
  readonly send: { readonly seq: Seq }
  readonly edit: { readonly seq: Seq }
  readonly delete: { readonly seq: Seq }
  readonly react: { readonly seq: Seq }
  /** The seq that it has all the same, because it had been sent: delete it if it should go. Null: it never will be. */
  readonly cancel: { readonly seq: Seq | null }
  readonly join: { readonly room: RoomId }
  readonly leave: { readonly room: RoomId }
  readonly invite: { readonly room: RoomId }
  readonly remove: { readonly room: RoomId }
  readonly rename: { readonly room: RoomId }
  readonly topic: { readonly room: RoomId }
  readonly visibility: { readonly room: RoomId }
  readonly createRoom: { readonly room: RoomId }
  readonly openDirect: { readonly room: RoomId }
  readonly read: { readonly seq: Seq; readonly epoch: number }
  readonly unread: { readonly seq: Seq; readonly epoch: number }
  readonly profile: { readonly user: User }
  readonly changePassword: Nothing
  readonly endSession: Nothing
  /** The secret is shown this once; a repeat of the command answers it again for as long as outcomes are kept. */
  readonly createToken: { readonly token: TokenId; readonly secret: string }
  readonly endToken: Nothing
  /** `secret` goes behind `/invite#` of the server's address. */
  readonly createInvite: { readonly invite: InviteId; readonly secret: string; readonly expiresAtMs: number }
  readonly endInvite: Nothing
  /** `secret` goes behind `/reset#` of the server's address; it works once, for a day. */
  readonly createReset: { readonly secret: string; readonly expiresAtMs: number }
  readonly deactivate: { readonly user: User }
  readonly reactivate: { readonly user: User }
  readonly serverSettings: { readonly name: string; readonly openSignUp: boolean }
  readonly setUp: { readonly user: User }
  readonly signUp: { readonly user: User; readonly room: RoomId | null }
  readonly signIn: { readonly user: User }
  readonly resetPassword: { readonly user: User }
}

export type CommandName = keyof CommandInputs
export type RoomCommandName = keyof RoomInputs
export type OwnCommandName = keyof OwnInputs
export type GuestCommandName = keyof GuestInputs

type CommandOf<Inputs> = {
  [Name in keyof Inputs]: { readonly id: CommandId; readonly cmd: Name } & Inputs[Name]
}[keyof Inputs]

export type RoomCommand = CommandOf<RoomInputs>
export type OwnCommand = CommandOf<OwnInputs>
export type GuestCommand = CommandOf<GuestInputs>
export type Command = RoomCommand | OwnCommand | GuestCommand

const room = id<RoomId>(roomId)
const user = id<UserId>(userId)
const messageSeq = int<Seq>({ min: 1 })
const body = text({ charsMin: 1, charsMax: limits.bodyCharsMax, limit: 'bodyCharsMax' })
const emoji = line({ charsMin: 1, charsMax: limits.emojiCharsMax, limit: 'emojiCharsMax' })
const roomName = line({ charsMin: 1, charsMax: limits.roomNameCharsMax, limit: 'roomNameCharsMax' })
const topic = line({ charsMax: limits.topicCharsMax, limit: 'topicCharsMax' })
const visibility = oneOf('public', 'private')
const name = line({ charsMin: 1, charsMax: limits.nameCharsMax, limit: 'nameCharsMax' })
const password = text({
  charsMin: limits.passwordCharsMin,
  charsMax: limits.passwordCharsMax,
  limit: 'passwordCharsMax',
})
/** What was once a password: any length that we would hash, so that a wrong one is wrong, not malformed. */
const anyPassword = text({ charsMax: limits.passwordCharsMax, limit: 'passwordCharsMax' })
const secret = pattern(/^[\w.-]{8,200}$/, 'the part behind # of a link')

const handleText = text({ charsMin: 1, charsMax: limits.handleCharsMax, limit: 'handleCharsMax' })
// Without the letters and marks that nothing is drawn for (the Hangul fillers): two names could not be told apart.
const handlePattern = pattern(
  /^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{N}][\p{L}\p{N}\p{M}_.-]*$/u,
  'letters and digits, with _ . - between them',
)
/** Lower case and NFC, so that one name is one person. */
const handle: Check<string> = (value) => {
  // Lower case first: it can take a composed letter apart.
  const checked = handleText(typeof value === 'string' ? value.trim().toLowerCase() : value)
  return checked instanceof Refusal ? checked : handlePattern(checked)
}

function command<Name extends string, S extends Parameters<typeof object>[0], M extends Parameters<typeof object>[0]>(
  cmd: Name,
  must: S,
  maybe?: M,
) {
  return object({ id: id<CommandId>(commandId), cmd: tag(cmd), ...must }, maybe)
}

type Checks<Inputs> = { readonly [Name in keyof Inputs]: Check<Extract<CommandOf<Inputs>, { cmd: Name }>> }

export const roomCommandChecks = {
  send: command('send', { room, body }, { replyTo: messageSeq }),
  edit: command('edit', { room, seq: messageSeq, body }),
  delete: command('delete', { room, seq: messageSeq }),
  react: command('react', { room, seq: messageSeq, emoji, isOn: bool }),
  cancel: command('cancel', { room, target: id<CommandId>(commandId) }),
  join: command('join', { room }),
  leave: command('leave', { room }),
  invite: command('invite', { room, user }),
  remove: command('remove', { room, user }),
  rename: command('rename', { room, name: roomName }),
  topic: command('topic', { room, topic }),
  visibility: command('visibility', { room, visibility }),
} as const satisfies Checks<RoomInputs>

export const ownCommandChecks = {
  createRoom: command('createRoom', { name: roomName, visibility }, { topic }),
  openDirect: command('openDirect', {
    users: list(user, { max: limits.directMembersMax - 1, limit: 'directMembersMax' }),
  }),
  read: command('read', { room, seq: int<Seq>({ min: 0 }), epoch: int({ min: 0 }) }),
  unread: command('unread', { room, seq: int<Seq>({ min: 0 }) }),
  profile: command('profile', { name }),
  changePassword: command('changePassword', { old: anyPassword, new: password }),
  endSession: command('endSession', { session: id<SessionId>(sessionId) }),
  createToken: command('createToken', { name }),
  endToken: command('endToken', { token: id<TokenId>(tokenId) }),
  createInvite: command(
    'createInvite',
    { uses: int({ min: 1, max: 1000 }), hours: int({ min: 1, max: 24 * 90 }) },
    { room },
  ),
  endInvite: command('endInvite', { invite: id<InviteId>(inviteId) }),
  createReset: command('createReset', { user }),
  deactivate: command('deactivate', { user }),
  reactivate: command('reactivate', { user }),
  serverSettings: command('serverSettings', {}, { name, openSignUp: bool }),
} as const satisfies Checks<OwnInputs>

export const guestCommandChecks = {
  setUp: command('setUp', { secret, handle, name, password }, { server: name }),
  signUp: command('signUp', { handle, name, password }, { invite: secret }),
  signIn: command('signIn', { handle, password: anyPassword }),
  resetPassword: command('resetPassword', { reset: secret, password }),
} as const satisfies Checks<GuestInputs>

/** Checks a command of a person who is signed in, whichever it is. */
export const checkCommand: Check<RoomCommand | OwnCommand> = tagged('cmd', {
  ...roomCommandChecks,
  ...ownCommandChecks,
})

/** The room whose lane a command belongs to; null for a person's own. */
export function laneOf(input: Command): RoomId | null {
  return Object.hasOwn(roomCommandChecks, input.cmd) && 'room' in input ? (input.room ?? null) : null
}
