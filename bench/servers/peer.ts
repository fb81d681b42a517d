/**
 * What the peers' servers share: the two things a client may say to them, the row they relay, and how a child process
 * tells its port. They check nothing: a peer here is the least that anybody could write with that library.
 */

import { createServer, type Server } from 'node:http'

export type PeerFrame =
  | { readonly type: 'join'; readonly room: string }
  | { readonly type: 'send'; readonly room: string; readonly body: string }

/** The rooms of a peer: who is in, and how many messages it has had. */
export class Rooms<Member> {
  readonly #rooms = new Map<string, { readonly members: Set<Member>; seq: number }>()

  /** Puts a member in and gives the seq of the room's last message. */
  join(room: string, member: Member): number {
    const known = this.#rooms.get(room)
    if (known === undefined) {
      this.#rooms.set(room, { members: new Set([member]), seq: 0 })
      return 0
    }
    known.members.add(member)
    return known.seq
  }

  leave(room: string, member: Member): void {
    this.#rooms.get(room)?.members.delete(member)
  }

  /** The next seq of a room, and those who are to have the message. */
  next(room: string): { readonly seq: number; readonly members: ReadonlySet<Member> } {
    const known = this.#rooms.get(room)
    if (known === undefined) return { seq: 0, members: new Set() }
    known.seq++
    return { seq: known.seq, members: known.members }
  }
}

export const parsePeerFrame = (text: string): PeerFrame => JSON.parse(text)

export const joinedText = (room: string, seq: number): string => JSON.stringify({ type: 'joined', room, seq })

export const messageText = (room: string, seq: number, body: string): string =>
  JSON.stringify({ type: 'message', room, seq, body })

/** Starts `build`'s server on a free port of 127.0.0.1 and prints `port N`. */
export function servePeer(build: (http: Server) => void): void {
  const http = createServer()
  build(http)
  http.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    const address = http.address()
    if (typeof address === 'object' && address !== null) console.log(`port ${address.port}`)
  })
}
