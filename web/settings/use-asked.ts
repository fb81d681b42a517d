/** The answer to a query, asked when the view opens and again by `reload`. */

import { useEffect, useState } from 'preact/hooks'
import type { Query, QueryOutputs } from '../../src/protocol/queries.ts'
import { useChat } from '../app/context.ts'

export function useAsked<Q extends Query>(
  query: Q,
): { readonly answer: QueryOutputs[Q['query']] | null; readonly reload: () => void } {
  const { client } = useChat()
  const [answer, setAnswer] = useState<QueryOutputs[Q['query']] | null>(null)
  const [version, setVersion] = useState(0)
  useEffect(() => {
    let isWanted = true
    const ask = async () => {
      const result = await client.query(query)
      if (isWanted && 'ok' in result) setAnswer(result.ok)
    }
    void ask()
    return () => {
      isWanted = false
    }
  }, [client, query.query, version])
  return { answer, reload: () => setVersion((before) => before + 1) }
}
