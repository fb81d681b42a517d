/** Two dozen emoji to choose from. */

import { pickerEmoji } from './emoji.ts'

export function EmojiPicker({ label, onPick }: { label: (emoji: string) => string; onPick: (emoji: string) => void }) {
  return (
    <div class="emoji-grid">
      {pickerEmoji.map((emoji) => (
        <button key={emoji} type="button" aria-label={label(emoji)} onClick={() => onPick(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  )
}
