/** The emoji of the picker, and the ones offered at once. */
export const quickEmoji = ['👍', '❤️', '😂', '🎉', '🙏', '👀'] as const

export const pickerEmoji = [
  ...['👍', '❤️', '😂', '🎉', '🙏', '👀', '✅', '🔥'],
  ...['😊', '😍', '🥲', '😢', '😮', '😡', '🤔', '😅'],
  ...['👏', '💪', '🙌', '🙇', '💯', '🚀', '☕', '🍀'],
] as const
