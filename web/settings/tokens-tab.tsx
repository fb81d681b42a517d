/** Tokens for bots and scripts of mine. */

import { useState } from 'preact/hooks'
import type { TokenId } from '../../src/protocol/ids.ts'
import { limits } from '../../src/protocol/limits.ts'
import { useChat, useMessages, useTimes } from '../app/context.ts'
import { CopyField } from '../ui/copy-field.tsx'
import { Field } from '../ui/field.tsx'
import { useAction } from '../ui/use-action.ts'
import { useAsked } from './use-asked.ts'

export function TokensTab() {
  const t = useMessages()
  const times = useTimes()
  const { client } = useChat()
  const { answer, reload } = useAsked({ query: 'tokens' })
  const [name, setName] = useState('')
  const [secret, setSecret] = useState<string | null>(null)
  const { isBusy, error, run } = useAction()
  const make = async () => {
    const done = await run(() => client.do('createToken', { name: name.trim() }))
    if (done === null) return
    setSecret(done.ok.secret)
    setName('')
    reload()
  }
  const end = async (token: TokenId) => {
    await run(() => client.do('endToken', { token }))
    reload()
  }
  return (
    <>
      <p class="hint">{t.settings.tokensHint}</p>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault()
          void make()
        }}
      >
        <Field
          label={t.settings.tokenName}
          value={name}
          maxLength={limits.nameCharsMax}
          error={error === null ? null : t.errors[error.code]}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <div class="form-actions">
          <button type="submit" class="button primary" disabled={isBusy || name.trim() === ''}>
            {t.settings.makeToken}
          </button>
        </div>
      </form>
      {secret === null ? null : (
        <div class="callout">
          <p>{t.settings.tokenOnce}</p>
          <CopyField value={secret} label={t.settings.tokenOnce} />
        </div>
      )}
      <ul class="entries">
        {(answer?.tokens ?? []).map((token) => (
          <li key={token.token}>
            <div>
              <strong>{token.name}</strong>
              <small>{t.settings.madeAt(times.moment(token.createdAtMs))}</small>
            </div>
            <button type="button" class="button" disabled={isBusy} onClick={() => void end(token.token)}>
              {t.settings.end}
            </button>
          </li>
        ))}
      </ul>
      {answer !== null && answer.tokens.length === 0 ? <p class="quiet">{t.settings.noTokens}</p> : null}
    </>
  )
}
