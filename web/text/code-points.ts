/** Lengths as people count: code points, not UTF-16 units. */

export function countChars(text: string): number {
  let chars = 0
  for (const _ of text) chars++
  return chars
}
