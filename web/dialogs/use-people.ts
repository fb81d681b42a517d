/** Everybody on the server, a page behind the other, sorted by name. */

import { useEffect, useState } from 'preact/hooks'
import type { UserId } from '../../src/protocol/ids.ts'
import type { User } from '../../src/protocol/rows.ts'
import { useChat, useTimes } from '../app/context.ts'

/** 20 pages of 100: a bigger server needs a search on the server. */
const pagesMax = 20

/** `reload` asks again. */
export function usePeople(): {
  readonly people: readonly User[]
  readonly isLoading: boolean
  readonly reload: () => void
} {
  const { client } = useChat()
  const times = useTimes()
  const [people, setPeople] = useState<readonly User[]>([])
  const [isLoading, setLoading] = useState(true)
  const [version, setVersion] = useState(0)
  useEffect(() => {
    const closing = new AbortController()
    const load = async () => {
      const found: User[] = []
      let after: UserId | undefined
      for (let page = 0; page < pagesMax; page++) {
        const answer = await client.query({ query: 'people', ...(after === undefined ? {} : { after }) })
        if (closing.signal.aborted) return
        if ('error' in answer) break
        found.push(...answer.ok.users)
        setPeople(found.toSorted((a, b) => times.compare(a.name, b.name)))
        after = answer.ok.users.at(-1)?.id
        if (answer.ok.isLast || after === undefined) break
      }
      setLoading(false)
    }
    void load()
    return () => closing.abort()
  }, [client, version])
  return { people, isLoading, reload: () => setVersion((before) => before + 1) }
}
