/** Who is writing. Its height is always there, so that nothing jumps; it is not read aloud. */

import { useChat, useMessages } from '../app/context.ts'
import { useLive } from '../app/use-live.ts'
import { useRoomScope } from '../chat/room-scope.ts'

const namesMax = 3

export function TypingLine() {
  const t = useMessages()
  const { client } = useChat()
  const { room } = useRoomScope()
  const typing = useLive(
    () => room.typing(),
    (changed) => room.on('typing', changed),
    [room],
  )
  const names = typing.slice(0, namesMax).map((id) => {
    const name = client.user(id)?.name ?? t.common.unknownPerson
    return t.common.person(name)
  })
  return (
    <div class="typing-line" aria-live="off">
      {typing.length === 0
        ? ''
        : typing.length > namesMax
          ? t.timeline.typingMany
          : t.timeline.typing(names.join(', '), names.length)}
    </div>
  )
}
