/**
 * Transcripts of PROTOCOL.md: what a client sends (`>`) and what the server answers (`<`), and whether an answer is what
 * the page says. `"$name"` is a value that is bound where it is seen first; `"…"` is any value, or any more entries.
 */

export type Line =
  | { readonly is: 'sent'; readonly at: number; readonly frame: unknown }
  | { readonly is: 'received'; readonly at: number; readonly frame: unknown }

export type Bindings = Map<string, unknown>

export function parseTranscript(text: string): readonly Line[] {
  return text.split('\n').flatMap((line, index): readonly Line[] => {
    if (line.startsWith('> ')) return [{ is: 'sent', at: index + 1, frame: JSON.parse(line.slice(2)) }]
    if (line.startsWith('< ')) return [{ is: 'received', at: index + 1, frame: JSON.parse(line.slice(2)) }]
    if (line.trim() === '' || line.startsWith('#')) return []
    throw new Error(`line ${index + 1} is neither sent (>), received (<) nor a remark (#): ${line}`)
  })
}

/** A frame with the names filled in. Throws for a name that is not bound. */
export function filled(value: unknown, bindings: Bindings): unknown {
  if (typeof value === 'string' && value.startsWith('$')) {
    if (!bindings.has(value)) throw new Error(`${value} is not bound`)
    return bindings.get(value)
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, bindings))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, bindings)]))
}

/** The bindings after matching, or null when the answer is another one. Answers may hold more fields than are shown. */
export function matched(shown: unknown, answer: unknown, bindings: Bindings): Bindings | null {
  if (shown === '…') return answer === undefined ? null : bindings
  if (typeof shown === 'string' && shown.startsWith('$')) {
    if (!bindings.has(shown)) return new Map(bindings).set(shown, answer)
    return bindings.get(shown) === answer ? bindings : null
  }
  if (Array.isArray(shown)) return matchedList(shown, answer, bindings)
  if (typeof shown !== 'object' || shown === null) return shown === answer ? bindings : null
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return null
  const fields = new Map(Object.entries(answer))
  let bound: Bindings | null = bindings
  for (const [key, value] of Object.entries(shown)) {
    bound = fields.has(key) ? matched(value, fields.get(key), bound) : null
    if (bound === null) return null
  }
  return bound
}

function matchedList(shown: readonly unknown[], answer: unknown, bindings: Bindings): Bindings | null {
  const isOpen = shown.at(-1) === '…'
  const entries = isOpen ? shown.slice(0, -1) : shown
  if (!Array.isArray(answer) || (isOpen ? answer.length < entries.length : answer.length !== entries.length))
    return null
  let bound: Bindings | null = bindings
  for (const [index, entry] of entries.entries()) {
    bound = matched(entry, answer[index], bound)
    if (bound === null) return null
  }
  return bound
}
