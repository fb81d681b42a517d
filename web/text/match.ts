/** Finding a name by a part of it, by its initial letters (ㄷㅈㅇ), or by what the wrong keyboard made of it. */

import { fromQwerty, isInitial, split, syllable } from './hangul.ts'

/** 0 is best: a name that begins so; null: it does not match. */
export function matchName(query: string, name: string): number | null {
  const wanted = folded(query)
  const direct = matchFolded(wanted, folded(name))
  if (direct !== null) return direct
  const meant = fromQwerty(query.trim())
  const other = meant === null ? null : matchFolded(folded(meant), folded(name))
  return other === null ? null : other + 3
}

/** The best of `all` first, at most `max`; ties stay in order. */
export function bestMatches<T>(
  all: readonly T[],
  { query, nameOf, max }: { query: string; nameOf: (one: T) => readonly string[]; max: number },
): readonly T[] {
  if (query.trim() === '') return all.slice(0, max)
  const scored: { one: T; score: number }[] = []
  for (const one of all) {
    const scores = nameOf(one).map((name) => matchName(query, name))
    const score = Math.min(...scores.map((each) => each ?? Infinity))
    if (score !== Infinity) scored.push({ one, score })
  }
  return scored
    .toSorted((a, b) => a.score - b.score)
    .slice(0, max)
    .map(({ one }) => one)
}

const folded = (text: string): readonly string[] => Array.from(text.trim().normalize('NFC').toLowerCase())

function matchFolded(query: readonly string[], name: readonly string[]): number | null {
  if (query.length === 0) return 0
  let best: number | null = null
  for (let start = 0; start < name.length && best !== 0; start++) {
    if (!fitsAt(query, name, start)) continue
    const isWordStart = start > 0 && /[\s_.·-]/.test(name[start - 1] ?? '')
    const score = start === 0 ? 0 : isWordStart ? 1 : 2
    best = best === null ? score : Math.min(best, score)
  }
  return best
}

function fitsAt(query: readonly string[], name: readonly string[], start: number): boolean {
  const last = query.length - 1
  for (let at = 0; at <= last; at++) {
    const wanted = query[at] ?? ''
    const found = name[start + at]
    if (found === undefined) return false
    if (wanted === found || (isInitial(wanted) && syllable(found)?.initial === wanted)) continue
    if (at === last && isOnItsWay(wanted, found, name[start + at + 1])) continue
    return false
  }
  return true
}

/** While it is being typed: 하 on its way to 한, and 핟 on its way to 하다. */
function isOnItsWay(typed: string, found: string, next: string | undefined): boolean {
  const [wanted, has] = [syllable(typed), syllable(found)]
  if (wanted === null || has === null) return false
  if (wanted.initial !== has.initial) return false
  if (wanted.vowel !== has.vowel) return false
  if (wanted.final === '') return true
  const [kept, moved] = split(wanted.final)
  return kept === has.final && next !== undefined && syllable(next)?.initial === moved
}
