/** The answer to a query, asked when the view opens and again by `reload`. */

import { useEffect, useState } from 'preact/hooks'
import type { Query, QueryOutputs } from '../../src/protocol/queries.ts'
import { useChat } from '../app/context.ts'

export function useAsked<Name extends 'sessions' | 'tokens' | 'invites'>(
  name: Name,
): { readonly answer: QueryOutputs[Name] | null; readonly reload: () => void } {
  const { client } = useChat()
  const [answer, setAnswer] = useState<QueryOutputs[Name] | null>(null)
  const [version, setVersion] = useState(0)
  useEffect(() => {
    let isWanted = true
    const query: { readonly query: Name } = { query: name }
    void client.query<Extract<Query, { query: Name }>>(query as Extract<Query, { query: Name }>).then((result) => {
      if (isWanted && 'ok' in result) setAnswer(result.ok)
    })
    return () => {
      isWanted = false
    }
  }, [client, name, version])
  return { answer, reload: () => setVersion((before) => before + 1) }
}
