/** Every word that people see or hear, as one type: a language that lacks one does not compile. */

import type { ErrorCode } from '../../src/protocol/errors.ts'

export type Language = 'ko' | 'en'

export type Messages = {
  readonly errors: { readonly [Code in ErrorCode]: string }
  readonly common: {
    readonly save: string
    readonly cancel: string
    readonly close: string
    readonly back: string
    readonly copy: string
    readonly copied: string
    readonly loading: string
    readonly more: string
    readonly nobody: string
    readonly unknownPerson: string
    readonly you: string
    readonly person: (name: string) => string
    readonly saved: string
    readonly search: string
    readonly reload: string
  }
  readonly guest: {
    readonly signIn: string
    readonly signInTitle: (server: string) => string
    readonly signUp: string
    readonly signUpTitle: (server: string) => string
    readonly inviteTitle: (server: string) => string
    readonly setUp: string
    readonly setUpTitle: string
    readonly setUpHint: string
    readonly resetTitle: string
    readonly reset: string
    readonly handle: string
    readonly handleHint: string
    readonly name: string
    readonly nameHint: string
    readonly password: string
    readonly passwordHint: (charsMin: number) => string
    readonly server: string
    readonly serverHint: string
    readonly haveAccount: string
    readonly noAccount: string
    readonly byInviteOnly: string
    readonly notSetUp: string
    readonly notSetUpHint: string
    readonly linkWithoutSecret: string
    readonly signedInAs: (name: string) => string
    readonly goHome: string
    readonly serverAway: string
    readonly sessionEnded: string
    readonly deactivated: string
    readonly outboxKept: string
  }
  readonly sidebar: {
    readonly label: string
    readonly rooms: string
    readonly directs: string
    readonly find: string
    readonly add: string
    readonly menu: string
    readonly createRoom: string
    readonly browseRooms: string
    readonly newDirect: string
    readonly inviteLink: string
    readonly settings: string
    readonly signOut: string
    readonly noRooms: string
    readonly unread: (count: number) => string
    readonly mentions: (count: number) => string
    readonly unreadAbove: (count: number) => string
    readonly unreadBelow: (count: number) => string
    readonly online: string
    readonly offline: string
    readonly privateRoom: string
    readonly alone: string
    readonly andOthers: (names: string, count: number) => string
  }
  readonly link: {
    readonly offline: string
    readonly tryNow: string
    readonly givenUp: string
  }
  readonly room: {
    readonly choose: string
    readonly chooseHint: string
    readonly first: string
    readonly firstHint: string
    readonly notFound: string
    readonly notFoundHint: string
    readonly members: (count: number) => string
    readonly details: string
    readonly beginning: (name: string) => string
    readonly beginningDirect: string
    readonly empty: string
    readonly sayHi: string
    readonly hi: string
    readonly invitePeople: string
    readonly rename: string
    readonly roomName: string
    readonly topic: string
    readonly addTopic: string
    readonly leave: string
    readonly leaveSure: (name: string) => string
    readonly remove: string
    readonly removeSure: (name: string) => string
    readonly roleOwner: string
    readonly makePrivate: string
    readonly makePublic: string
    readonly visibilityPublic: string
    readonly visibilityPrivate: string
    readonly join: string
    readonly joined: string
    readonly peopleCount: (count: number) => string
  }
  readonly timeline: {
    readonly label: string
    readonly newFromHere: string
    readonly newMessages: (count: number) => string
    readonly toLatest: string
    readonly edited: string
    readonly deleted: string
    readonly deletedQuote: string
    readonly failed: string
    readonly sendAgain: string
    readonly edit: string
    readonly delete: string
    readonly deleteSure: string
    readonly discard: string
    readonly sending: string
    readonly reply: string
    readonly react: string
    readonly reactWith: (emoji: string) => string
    readonly reactedBy: (emoji: string, names: string) => string
    readonly more: string
    readonly actions: string
    readonly copyText: string
    readonly copyLink: string
    readonly markUnread: string
    readonly typing: (names: string, count: number) => string
    readonly typingMany: string
    readonly jumpTo: (name: string) => string
    readonly says: (name: string, body: string) => string
    readonly several: (count: number) => string
    readonly article: (name: string, time: string) => string
    readonly codeBlock: string
  }
  readonly composer: {
    readonly label: string
    readonly placeholder: (room: string) => string
    readonly placeholderDirect: (name: string) => string
    readonly placeholderGroup: string
    readonly send: string
    readonly emoji: string
    readonly mention: string
    readonly people: string
    readonly replyingTo: (name: string) => string
    readonly cancelReply: string
    readonly left: (chars: number) => string
    readonly over: (chars: number) => string
    readonly editLabel: string
    readonly editHint: string
  }
  readonly dialogs: {
    readonly createTitle: string
    readonly create: string
    readonly roomNameHint: string
    readonly isPrivate: string
    readonly isPrivateHint: string
    readonly browseTitle: string
    readonly browseEmpty: string
    readonly directTitle: string
    readonly directStart: string
    readonly pickPeople: string
    readonly noneFound: (query: string) => string
    readonly didYouMean: (query: string) => string
    readonly switcherTitle: string
    readonly switcherHint: string
    readonly inviteTitle: string
    readonly inviteTo: string
    readonly inviteServerOnly: string
    readonly inviteUses: string
    readonly inviteHours: string
    readonly inviteMake: string
    readonly inviteReady: string
    readonly inviteUntil: (when: string) => string
    readonly hoursChoice: (hours: number) => string
    readonly usesChoice: (uses: number) => string
    readonly addPeopleTitle: (room: string) => string
    readonly addPeople: string
  }
  readonly settings: {
    readonly title: string
    readonly profile: string
    readonly display: string
    readonly sessions: string
    readonly tokens: string
    readonly people: string
    readonly server: string
    readonly invites: string
    readonly name: string
    readonly handle: string
    readonly passwordTitle: string
    readonly oldPassword: string
    readonly newPassword: string
    readonly changePassword: string
    readonly passwordChanged: string
    readonly language: string
    readonly theme: string
    readonly themeSystem: string
    readonly themeLight: string
    readonly themeDark: string
    readonly enterSends: string
    readonly enterSendsHint: string
    readonly sessionsHint: string
    readonly seenAt: (when: string) => string
    readonly end: string
    readonly tokensHint: string
    readonly tokenName: string
    readonly makeToken: string
    readonly tokenOnce: string
    readonly noTokens: string
    readonly madeAt: (when: string) => string
    readonly deactivate: string
    readonly deactivateSure: (name: string) => string
    readonly reactivate: string
    readonly isDeactivated: string
    readonly resetLink: string
    readonly resetReady: (name: string) => string
    readonly openSignUp: string
    readonly openSignUpHint: string
    readonly serverName: string
    readonly noInvites: string
    readonly invite: (uses: number, when: string) => string
    readonly owner: string
  }
  readonly title: {
    readonly page: (parts: { readonly room: string | null; readonly server: string; readonly unread: number }) => string
  }
}
