/**
 * The little formatting that messages have: `code`, ```block```, **bold**, mentions and bare addresses. Linear in
 * the length of the body. Bold does not ask for a word boundary, so that it works inside Korean: **회의(3층)**에서.
 */

import type { UserId } from '../../src/protocol/ids.ts'
import { splitMentions } from '../../src/protocol/mentions.ts'
import { unreachable } from '../../src/unreachable.ts'
import { splitLinks } from './links.ts'

export type Piece =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'link'; readonly href: string; readonly text: string }
  | { readonly is: 'mention'; readonly user: UserId }
  | { readonly is: 'code'; readonly text: string }
  | { readonly is: 'block'; readonly text: string }
  | { readonly is: 'bold'; readonly pieces: readonly Piece[] }

const fence = '```'

export function format(body: string): readonly Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (;;) {
    const open = body.indexOf(fence, at)
    const close = open === -1 ? -1 : body.indexOf(fence, open + fence.length)
    if (close === -1) break
    const block = body.slice(open + fence.length, close)
    if (block.trim() === '') {
      formatLines(body.slice(at, close + fence.length), pieces)
    } else {
      formatLines(body.slice(at, open).replace(/\n$/, ''), pieces)
      // The line of the opening fence may name a language; the code begins below it.
      pieces.push({ is: 'block', text: block.replace(/^[\w+#-]*\n/, '').replace(/\n$/, '') })
    }
    at = close + fence.length
    if (body[at] === '\n' && block.trim() !== '') at++
  }
  formatLines(body.slice(at), pieces)
  return pieces
}

function formatLines(text: string, into: Piece[]): void {
  if (text === '') return
  for (const [index, line] of text.split('\n').entries()) {
    if (index > 0) pushText(into, '\n')
    for (const piece of formatLine(line)) {
      if (piece.is === 'text') pushText(into, piece.text)
      else into.push(piece)
    }
  }
}

function pushText(into: Piece[], text: string): void {
  const last = into.at(-1)
  if (last?.is === 'text') into[into.length - 1] = { is: 'text', text: last.text + text }
  else into.push({ is: 'text', text })
}

type Star = { readonly is: 'star'; readonly opens: boolean; readonly closes: boolean }

function formatLine(line: string): readonly Piece[] {
  const done: Piece[] = []
  // What came since a star that may open bold; null: none is open.
  let open: Piece[] | null = null
  for (const token of tokens(line)) {
    if (token.is !== 'star') (open ?? done).push(token)
    else if (open !== null && token.closes && open.length > 0) {
      done.push({ is: 'bold', pieces: open.flatMap(withLinks) })
      open = null
    } else if (open === null && token.opens) open = []
    else (open ?? done).push({ is: 'text', text: '**' })
  }
  if (open !== null) done.push({ is: 'text', text: '**' }, ...open)
  return merged(done).flatMap(withLinks)
}

function* tokens(line: string): Generator<Piece | Star> {
  for (const part of splitCode(line)) {
    if (typeof part !== 'string') yield part
    else {
      for (const each of splitMentions(part)) {
        if (typeof each === 'string') yield* splitStars(each)
        else yield { is: 'mention', user: each.user }
      }
    }
  }
}

function splitCode(line: string): readonly (string | { readonly is: 'code'; readonly text: string })[] {
  const parts: (string | { is: 'code'; text: string })[] = []
  let end = 0
  let at = line.indexOf('`')
  while (at !== -1) {
    const close = line.indexOf('`', at + 1)
    if (close === -1) break
    if (close === at + 1) {
      at = line.indexOf('`', close + 1)
      continue
    }
    if (at > end) parts.push(line.slice(end, at))
    parts.push({ is: 'code', text: line.slice(at + 1, close) })
    end = close + 1
    at = line.indexOf('`', end)
  }
  if (end < line.length) parts.push(line.slice(end))
  return parts
}

/** Exactly two stars may open or close bold; at the edge of the text a mention or code stands beside them, or nothing. */
function* splitStars(text: string): Generator<Piece | Star> {
  let end = 0
  for (const match of text.matchAll(/\*+/g)) {
    if (match[0].length !== 2) continue
    if (match.index > end) yield { is: 'text', text: text.slice(end, match.index) }
    end = match.index + 2
    yield { is: 'star', opens: !isSpace(text[end]), closes: !isSpace(text[match.index - 1]) }
  }
  if (end < text.length) yield { is: 'text', text: text.slice(end) }
}

const isSpace = (char: string | undefined): boolean => char !== undefined && /\s/.test(char)

function merged(pieces: readonly Piece[]): readonly Piece[] {
  const joined: Piece[] = []
  for (const piece of pieces) {
    if (piece.is === 'text') pushText(joined, piece.text)
    else joined.push(piece)
  }
  return joined
}

function withLinks(piece: Piece): readonly Piece[] {
  if (piece.is !== 'text') return [piece]
  return splitLinks(piece.text).map((part) =>
    typeof part === 'string' ? { is: 'text', text: part } : { is: 'link', ...part },
  )
}

/** The body as it reads, without its marks: for quotes and announcements. */
export function readText(body: string, nameOf: (user: UserId) => string): string {
  return format(body)
    .map((piece) => readPiece(piece, nameOf))
    .join('')
}

function readPiece(piece: Piece, nameOf: (user: UserId) => string): string {
  switch (piece.is) {
    case 'mention':
      return `@${nameOf(piece.user)}`
    case 'bold':
      return piece.pieces.map((each) => readPiece(each, nameOf)).join('')
    case 'block':
      return ` ${piece.text} `
    case 'text':
    case 'link':
    case 'code':
      return piece.text
    default:
      return unreachable(piece)
  }
}

/** The body as it was written, with mentions by name: for copies. */
export function plainText(body: string, nameOf: (user: UserId) => string): string {
  return splitMentions(body)
    .map((part) => (typeof part === 'string' ? part : `@${nameOf(part.user)}`))
    .join('')
}
