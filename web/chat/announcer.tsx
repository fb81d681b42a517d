/** The one live region: what is put into `announcement` or `notice` is read aloud, politely. */

import { useChat } from '../app/context.ts'

export function Announcer() {
  const { announcement, notice } = useChat()
  return (
    <div class="visually-hidden" aria-live="polite">
      {notice.value ?? announcement.value}
    </div>
  )
}
