/** What an avatar shows of a name: 이서준 → 서준, Alex Kim → AK, 하은 → 하은. */
export function initialsOf(name: string): string {
  const words = name.normalize('NFC').trim().split(/\s+/)
  const [first = '', second = ''] = words
  if (/^\p{Script=Hangul}+$/u.test(first)) return Array.from(first).slice(-2).join('')
  if (/^\p{L}/u.test(first) && /^\p{L}/u.test(second)) return (firstOf(first) + firstOf(second)).toLocaleUpperCase()
  return firstOf(first).toLocaleUpperCase()
}

/** The first character as people see it: a flag or a family is several code points. */
function firstOf(word: string): string {
  for (const { segment } of new Intl.Segmenter().segment(word)) return segment
  return ''
}
