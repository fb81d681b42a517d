/** Above the first message of a room; in an empty one with something to begin with. */

import type { MembershipRow } from '../../src/protocol/rows.ts'
import { useChat, useMessages } from '../app/context.ts'
import { useRoomScope } from '../chat/room-scope.ts'

export function Beginning({ membership, isEmpty }: { readonly membership: MembershipRow; readonly isEmpty: boolean }) {
  const t = useMessages()
  const { dialog } = useChat()
  const { room, name } = useRoomScope()
  const isDirect = membership.room.visibility === 'direct'
  return (
    <div class="beginning">
      <strong>{isDirect ? t.room.beginningDirect : t.room.beginning(`# ${name}`)}</strong>
      {isEmpty ? (
        <>
          <p>{t.room.empty}</p>
          <p class="nothing-actions">
            <button type="button" class="button" onClick={() => void room.send(t.room.hi)}>
              {t.room.sayHi}
            </button>
            {isDirect ? null : (
              <>
                <button
                  type="button"
                  class="button"
                  onClick={() => (dialog.value = { is: 'add-people', room: room.id })}
                >
                  {t.room.invitePeople}
                </button>
                <button
                  type="button"
                  class="button"
                  onClick={() => (dialog.value = { is: 'invite-link', room: room.id })}
                >
                  {t.sidebar.inviteLink}
                </button>
              </>
            )}
          </p>
        </>
      ) : null}
    </div>
  )
}
