/**
 * The table of commands: each name with its rule. The WebSocket and the HTTP API are doors onto this table; inputs, outputs
 * and their checks are in protocol/commands.ts.
 */

import type { CommandName } from '../protocol/commands.ts'
import {
  changePassword,
  createToken,
  endSession,
  endToken,
  profile,
  resetPassword,
  setUp,
  signIn,
  signUp,
} from './accounts.ts'
import { createInvite, createReset, deactivate, endInvite, reactivate, serverSettings } from './administration.ts'
import { read, unread } from './cursors.ts'
import type { Rule } from './decision.ts'
import { invite, join, leave, remove as removeMember } from './members.ts'
import { cancel, edit, react, remove as deleteMessage, send } from './messages.ts'
import { createRoom, openDirect, rename, topic, visibility } from './rooms.ts'

export const commandRules: { readonly [Name in CommandName]: Rule<Name> } = {
  send,
  edit,
  delete: deleteMessage,
  react,
  cancel,
  join,
  leave,
  invite,
  remove: removeMember,
  rename,
  topic,
  visibility,
  createRoom,
  openDirect,
  read,
  unread,
  profile,
  changePassword,
  endSession,
  createToken,
  endToken,
  createInvite,
  endInvite,
  createReset,
  deactivate,
  reactivate,
  serverSettings,
  setUp,
  signUp,
  signIn,
  resetPassword,
}
