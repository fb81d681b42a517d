/** What the types of the protocol say, read from their source: the compiler does not keep it for tests. */

export type Field = { readonly name: string; readonly type: string }

/** The body of `export type NAME = …`, up to the next declaration. Throws when there is none. */
export function typeBody(source: string, name: string): string {
  const start = source.indexOf(`export type ${name} =`)
  if (start < 0) throw new Error(`no type ${name}`)
  const body = withoutComments(source.slice(source.indexOf('=', start) + 1))
  const end = body.search(/^(export|const|type|function|\/\*\*)/m)
  return end < 0 ? body : body.slice(0, end)
}

/** The fields that stand at brace depth 1: `{ readonly a: A; readonly b?: B }` gives `a` and `b?`. */
export function fields(type: string): readonly Field[] {
  const found: Field[] = []
  const pattern = /readonly (\w+\??):/g
  for (const match of type.matchAll(pattern)) {
    if (depthAt(type, match.index) !== 1) continue
    const start = match.index + match[0].length
    found.push({ name: match[1] ?? '', type: type.slice(start, endOfMember(type, start)).trim() })
  }
  return found
}

/** The members of a union of objects, by their `type`. */
export function frameFields(union: string): ReadonlyMap<string, readonly string[]> {
  const frames = new Map<string, readonly string[]>()
  for (const member of splitAtDepthZero(union, '|')) {
    const names = fields(member)
    const type = names.find(({ name }) => name === 'type')?.type.replaceAll("'", '')
    if (type !== undefined) {
      const before = frames.get(type) ?? []
      frames.set(type, [...before, ...names.map(({ name }) => name).filter((name) => name !== 'type')])
    }
  }
  return frames
}

const withoutComments = (text: string): string => text.replaceAll(/\/\*\*[\s\S]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')

function depthAt(text: string, at: number): number {
  let depth = 0
  for (const character of text.slice(0, at)) {
    if (character === '{') depth++
    if (character === '}') depth--
  }
  return depth
}

/** Where the type of a field ends: at a semicolon, a line's end or a closing brace of its own depth. */
function endOfMember(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const character = text[at] ?? ''
    if ('{(<['.includes(character)) depth++
    if ('})>]'.includes(character)) depth--
    if (
      depth < 0 ||
      (depth === 0 && (character === ';' || (character === '\n' && !/^\s*[&|]/.test(text.slice(at + 1)))))
    ) {
      return at
    }
  }
  return text.length
}

function splitAtDepthZero(text: string, separator: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if ('{('.includes(character)) depth++
    if ('})'.includes(character)) depth--
    if (depth === 0 && character === separator) {
      parts.push(text.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, text.slice(from)]
}
