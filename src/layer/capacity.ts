/**
 * How many messages a channel holds: the first pattern that matches its full name, else the default.
 *
 * Patterns are shell globs as Python's fnmatch reads them, anchored at both ends: `*` (any text, `!` and newlines
 * included), `?`, `[abc]`, `[a-c]`, `[!abc]`. A `[` that nothing closes is itself.
 */

import type { LayerOptions } from './layer.ts'

/** Compiles the patterns once. Throws a SyntaxError for a range that runs backwards. */
export function channelCapacities(
  options: Pick<LayerOptions, 'capacity' | 'channelCapacity'>,
): (channel: string) => number {
  const limits = options.channelCapacity.map(([glob, capacity]) => ({ pattern: globPattern(glob), capacity }))
  return (channel) => limits.find(({ pattern }) => pattern.test(channel))?.capacity ?? options.capacity
}

/** A part of a glob: stars, one character, a set (its first character may be the closing bracket), or a literal. */
const globPart = /(?<stars>\*+)|(?<any>\?)|\[(?:(?<not>!)|(?!!))(?<set>\][^\]]*|[^\]]+)\]|(?<literal>.)/gsu

function globPattern(glob: string): RegExp {
  const source = glob.replace(globPart, (...match) => {
    const part: Partial<Record<'stars' | 'any' | 'not' | 'set' | 'literal', string>> = match.at(-1)
    if (part.stars !== undefined) return '.*'
    if (part.any !== undefined) return '.'
    if (part.set !== undefined) return `[${part.not === '!' ? '^' : ''}${part.set.replace(/[\\^[\]]/g, '\\$&')}]`
    return RegExp.escape(part.literal ?? '')
  })
  return new RegExp(`^${source}$`, 'su')
}
