/** Where I am signed in. */

import type { SessionId } from '../../src/protocol/ids.ts'
import { useChat, useMessages, useTimes } from '../app/context.ts'
import { useAction } from '../ui/use-action.ts'
import { agentName } from './agent-name.ts'
import { useAsked } from './use-asked.ts'

export function SessionsTab() {
  const t = useMessages()
  const times = useTimes()
  const { client } = useChat()
  const { answer, reload } = useAsked({ query: 'sessions' })
  const { isBusy, error, run } = useAction()
  const end = async (session: SessionId) => {
    await run(() => client.do('endSession', { session }))
    reload()
  }
  const open = answer?.sessions.filter(({ isEnded }) => !isEnded) ?? []
  return (
    <>
      <p class="hint">{t.settings.sessionsHint}</p>
      {error === null ? null : (
        <p class="error" role="alert">
          {t.errors[error.code]}
        </p>
      )}
      <ul class="entries">
        {open
          .toSorted((a, b) => b.seenAtMs - a.seenAtMs)
          .map(({ session, agent, seenAtMs }) => (
            <li key={session}>
              <div>
                <strong title={agent}>{agentName(agent)}</strong>
                <small>{t.settings.seenAt(times.moment(seenAtMs))}</small>
              </div>
              <button type="button" class="button" disabled={isBusy} onClick={() => void end(session)}>
                {t.settings.end}
              </button>
            </li>
          ))}
      </ul>
    </>
  )
}
