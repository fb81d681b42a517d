/** What the load client must know of a server to speak to it: one dialect a wire. */

/** Who a link is, and what it wants. */
export type Role = {
  readonly room: string
  readonly token: string
  /** False: it signs in and sends, but is not told what others send. */
  readonly isReader: boolean
  /** True: it says that it knows the room as it is now, and wants no snapshot. */
  readonly isCurrent: boolean
}

export type Draft = { readonly id: string; readonly room: string; readonly body: string }

/** What a text from the server means. */
export type Heard =
  /** To be answered with this text. */
  | { readonly heard: 'prompt'; readonly answer: string }
  /** The link is set up. `seq`: of the room's last message, or null when the server does not say. */
  | { readonly heard: 'joined'; readonly seq: number | null }
  | { readonly heard: 'message'; readonly seq: number; readonly body: string }
  /** `seq` null: refused, and why. */
  | { readonly heard: 'answer'; readonly id: string; readonly seq: number | null; readonly says: string }
  | { readonly heard: 'refused'; readonly says: string }

export type Dialect = {
  readonly path: string
  readonly subprotocol: string | null
  /** True: the server answers a send when it is durable, and wants one unanswered frame a sender. */
  readonly answersSends: boolean
  /** Said as soon as the WebSocket is open; null: the server speaks first. */
  readonly opening: (role: Role) => string | null
  /** Reads a whole text, slowly and fully. */
  readonly read: (text: string, role: Role) => readonly Heard[]
  /** The text that sends these; with `answersSends` up to `draftsPerTextMax` of them, otherwise one. */
  readonly send: (drafts: readonly Draft[]) => string
  readonly draftsPerTextMax: number
  /** Where the fast scan finds a message: how a text that holds messages begins, and what stands behind a body. */
  readonly messages: {
    readonly begins: string
    /** From the end of the body to the end of its row. */
    readonly rowTail: string
    /** From the end of the last row to the end of the frame. */
    readonly frameTail: string
    /** True: `,` and another row may follow a row, and a line break and another frame a frame. */
    readonly hasMany: boolean
  }
}
