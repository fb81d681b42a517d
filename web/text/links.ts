/**
 * Bare addresses in a text. Korean writes particles without a space behind a word (https://example.com/a에서), so
 * a Hangul ending is cut off where it is a particle, and kept where it is a part of the path (…/문서/가이드).
 */

export type TextOrLink = string | { readonly href: string; readonly text: string }

const address = /https?:\/\/[^\s<>"'`\u3000]+/gi

const caseParticle = '에서|에게|에|으로|로|까지|부터|와|과|이나|나|라고|이라고|랑|이랑|하고|보다|처럼|마다|께|한테'
const particle = new RegExp(
  `^(?:(?:${caseParticle})(?:는|은|도|만|의|요)?|[은는이가을를의도만고]|입니다|이에요|예요|이고|이며|며|인데|인데요|네요)$`,
)

/** A text cut at its addresses, in order. Linear in the length of the text. */
export function splitLinks(text: string): readonly TextOrLink[] {
  if (!text.includes('://')) return [text]
  const parts: TextOrLink[] = []
  let end = 0
  for (const match of text.matchAll(address)) {
    // Glued to a Latin word in front, it is no address of its own.
    if (/[A-Za-z0-9_]/.test(text[match.index - 1] ?? '')) continue
    const link = trimAddress(match[0])
    if (!isAddress(link)) continue
    if (match.index > end) parts.push(text.slice(end, match.index))
    parts.push({ href: link, text: link })
    end = match.index + link.length
  }
  if (end < text.length) parts.push(text.slice(end))
  return parts
}

function isAddress(link: string): boolean {
  return /^https?:\/\/[^/?#]/i.test(link) && URL.canParse(link)
}

function trimAddress(run: string): string {
  let link = cutHost(run)
  for (;;) {
    const shorter = cutParticle(cutPunctuation(link))
    if (shorter === link) return link
    link = shorter
  }
}

/** A part of the host that begins in Latin ends before the first Hangul: example.com에서, but not 한글.kr. */
function cutHost(link: string): string {
  const host = /^https?:\/\/[^/?#]*/i.exec(link)?.[0] ?? ''
  const glued = /[A-Za-z0-9][\p{Script=Hangul}]/u.exec(host)
  return glued === null ? link : link.slice(0, glued.index + 1)
}

/** What ends a sentence is not a part of the address; a bracket is when it was opened inside. */
function cutPunctuation(link: string): string {
  let end = link.length
  const opened = { ')': count(link, '('), ']': count(link, '['), '}': count(link, '{') }
  const closed = { ')': count(link, ')'), ']': count(link, ']'), '}': count(link, '}') }
  while (end > 0) {
    const last = link[end - 1] ?? ''
    if (last === ')' || last === ']' || last === '}') {
      if (closed[last] <= opened[last]) break
      closed[last]--
    } else if (!/[.,!?:;~*_'"…·。、，！？」』）]/u.test(last)) break
    end--
  }
  return link.slice(0, end)
}

function cutParticle(link: string): string {
  let start = link.length
  while (start > 0 && /\p{Script=Hangul}/u.test(link[start - 1] ?? '')) start--
  if (start === link.length || !/[A-Za-z0-9/)\]]/.test(link[start - 1] ?? '')) return link
  return particle.test(link.slice(start)) ? link.slice(0, start) : link
}

function count(text: string, char: string): number {
  let found = 0
  for (let at = text.indexOf(char); at !== -1; at = text.indexOf(char, at + 1)) found++
  return found
}
