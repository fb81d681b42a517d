/** The emoji of the picker, and the ones offered at once. */
export const quickEmoji = ['👍', '❤️', '😂', '🎉', '🙏', '👀'] as const

const rows = [
  ['👍', '❤️', '😂', '🎉', '🙏', '👀', '✅', '🔥'],
  ['😊', '😍', '🥲', '😢', '😮', '😡', '🤔', '😅'],
  ['👏', '💪', '🙌', '🙇', '💯', '🚀', '☕', '🍀'],
]
export const pickerEmoji: readonly string[] = rows.flat()
