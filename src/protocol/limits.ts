/** Every limit that a client can meet, with its unit in its name. Announced in `welcome`; errors name them. */

export const limits = {
  /** One WebSocket message or HTTP body. Room for 20 commands of the longest Korean body (3 bytes a character). */
  frameBytesMax: 256 * 1024,
  framesPerMessageMax: 32,
  commandsPerFrameMax: 20,
  /** Code points, as people count, not UTF-16 units. */
  bodyCharsMax: 4_000,
  emojiCharsMax: 16,
  roomNameCharsMax: 80,
  topicCharsMax: 250,
  nameCharsMax: 40,
  handleCharsMax: 32,
  passwordCharsMin: 8,
  passwordCharsMax: 200,
  idCharsMax: 64,
  roomsFollowedMax: 50,
  watchedUsersMax: 200,
  mentionsPerMessageMax: 50,
  directMembersMax: 10,
  membersPerRoomMax: 20_000,
  reactionsPerMessageMax: 50,
  /** Messages of a page of history, and of a fresh snapshot. */
  historyPageMax: 100,
  snapshotMessages: 50,
  snapshotMembersMax: 200,
  roomsPageMax: 100,
  membersPageMax: 200,
  usersPageMax: 100,
  /** Rows of one catch-up page; a reader further behind than `catchUpRowsMax` gets a fresh snapshot [G4]. */
  changesPageMax: 200,
  catchUpRowsMax: 1_000,
  /** Token buckets: burst, and what flows back each second. */
  commandsBurst: 60,
  commandsPerSecond: 20,
  queriesBurst: 60,
  queriesPerSecond: 20,
} as const

export type Limits = { readonly [Name in keyof typeof limits]: number }

/** The version of the wire, as the WebSocket subprotocol. */
export const subprotocol = 'madang.v1'

/** A client whose outbox holds a command older than this may not retry it: its outcome may be forgotten [G9]. */
export const outcomeKeptMs = 7 * 24 * 3600 * 1000
