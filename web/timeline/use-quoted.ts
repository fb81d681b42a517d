/** The message that another one replies to. */

import { useEffect, useState } from 'preact/hooks'
import type { Seq } from '../../src/protocol/ids.ts'
import type { MessageRow } from '../../src/protocol/rows.ts'
import { useChat } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'

export type Quoted = Pick<MessageRow, 'author' | 'body'>

/** From the loaded window as it is now, otherwise asked for once. */
export function useQuoted(seq: Seq): Quoted | null {
  const { client } = useChat()
  const { room } = useRoomScope()
  const [fetched, setFetched] = useState<Quoted | null>(null)
  const loaded = useLive(
    () => {
      const { messages } = room.timeline()
      // The window is dense: the place of a seq in it is known.
      return messages[seq - (messages[0]?.seq ?? 0)] ?? null
    },
    (changed) => room.on('timeline', changed),
    [room, seq],
  )
  useEffect(() => {
    if (loaded !== null || fetched !== null) return undefined
    let isWanted = true
    const ask = async () => {
      const answer = await client.query({ query: 'history', room: room.id, around: seq, limit: 1 })
      if (isWanted && 'ok' in answer) setFetched(answer.ok.messages.find((message) => message.seq === seq) ?? null)
    }
    void ask()
    return () => {
      isWanted = false
    }
  }, [loaded === null, seq])
  return loaded ?? fetched
}
