/** A message's text as people see it: formatting, links and mentions. Text only ever becomes text nodes. */

import { memo } from '../app/memo.ts'
import { useChat, useMe, useMessages, useUser } from '../app/context.ts'
import type { UserId } from '../../src/protocol/ids.ts'
import { unreachable } from '../../src/unreachable.ts'
import { type Piece, format, plainText } from './format.ts'

export const Body = memo(({ text }: { readonly text: string }) => (
  <div class="text">
    <Pieces pieces={format(text)} />
  </div>
))

function Pieces({ pieces }: { readonly pieces: readonly Piece[] }) {
  return (
    <>
      {pieces.map((piece, index) => (
        <OnePiece key={index} piece={piece} />
      ))}
    </>
  )
}

function OnePiece({ piece }: { readonly piece: Piece }) {
  const t = useMessages()
  switch (piece.is) {
    case 'text':
      return <>{piece.text}</>
    case 'link':
      return (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
          {piece.text}
        </a>
      )
    case 'mention':
      return <Mention user={piece.user} />
    case 'code':
      return (
        <code>
          <Plain text={piece.text} />
        </code>
      )
    case 'block':
      return (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls sideways must be reachable by keyboard
        <section class="code-block" tabIndex={0} aria-label={t.timeline.codeBlock}>
          <pre>
            <Plain text={piece.text} />
          </pre>
        </section>
      )
    case 'bold':
      return (
        <strong>
          <Pieces pieces={piece.pieces} />
        </strong>
      )
    default:
      return unreachable(piece)
  }
}

function Mention({ user }: { readonly user: UserId }) {
  const t = useMessages()
  const me = useMe()
  const name = useUser(user)?.name ?? t.common.unknownPerson
  return <span class={user === me?.id ? 'mention me' : 'mention'}>@{name}</span>
}

/** Inside code nothing is formatted, but a mention still reads as what was written. */
function Plain({ text }: { readonly text: string }) {
  const t = useMessages()
  const { client } = useChat()
  return <>{plainText(text, (id) => client.user(id)?.name ?? t.common.unknownPerson)}</>
}
