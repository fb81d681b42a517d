/** Shows the dialog that is open, if any. */

import { useChat } from '../app/context.ts'
import { unreachable } from '../../src/unreachable.ts'
import { SettingsDialog } from '../settings/settings-dialog.tsx'
import { AddPeople } from './add-people.tsx'
import { BrowseRooms } from './browse-rooms.tsx'
import { Confirm } from './confirm.tsx'
import { CreateRoom } from './create-room.tsx'
import { EditRoom } from './edit-room.tsx'
import { InviteLink } from './invite-link.tsx'
import { NewDirect } from './new-direct.tsx'
import { Switcher } from './switcher.tsx'

export function DialogHost() {
  const { dialog } = useChat()
  const shown = dialog.value
  const close = () => {
    // Only itself: what it did may have opened the next one.
    if (dialog.value === shown) dialog.value = null
  }
  if (shown === null) return null
  switch (shown.is) {
    case 'create-room':
      return <CreateRoom onClose={close} />
    case 'browse-rooms':
      return <BrowseRooms onClose={close} />
    case 'direct':
      return <NewDirect onClose={close} />
    case 'invite-link':
      return <InviteLink room={shown.room} onClose={close} />
    case 'add-people':
      return <AddPeople room={shown.room} onClose={close} />
    case 'edit-room':
      return <EditRoom room={shown.room} onClose={close} />
    case 'switcher':
      return <Switcher onClose={close} />
    case 'settings':
      return <SettingsDialog onClose={close} />
    case 'confirm':
      return <Confirm {...shown} onClose={close} />
    default:
      return unreachable(shown)
  }
}
