/**
 * Checks of what comes from outside: `unknown` in, a typed value or a refusal that names the field out. Nothing throws and
 * nothing recurses deeper than the shape that is asked for. An object with a field that is not asked for is refused.
 */

import { type ErrorCode, type WireError, wireError } from './errors.ts'

export type Check<T> = (value: unknown) => T | Refusal

export class Refusal {
  readonly code: ErrorCode
  readonly path: string
  readonly message: string
  readonly limit: string | undefined

  constructor(refused: { code: ErrorCode; message: string; path?: string; limit?: string | undefined }) {
    this.code = refused.code
    this.path = refused.path ?? ''
    this.message = refused.message
    this.limit = refused.limit
  }

  /** The same refusal, seen from the object or list around it. */
  under(key: string | number): Refusal {
    const { code, message, limit } = this
    return new Refusal({ code, message, limit, path: this.path === '' ? String(key) : `${key}.${this.path}` })
  }

  toWireError(): WireError {
    const where = this.path === '' ? {} : { field: this.path }
    const limit = this.limit === undefined ? {} : { limit: this.limit }
    const message = this.path === '' ? this.message : `${this.path}: ${this.message}`
    return wireError(this.code, { message, ...where, ...limit })
  }
}

const bad = (message: string): Refusal => new Refusal({ code: 'bad_input', message })

export type TextRule = {
  readonly charsMin?: number
  readonly charsMax: number
  /** The name of `charsMax` in `limits`, for the error. */
  readonly limit?: string
}

/** Text of several lines, in NFC. Refuses NUL and lone surrogates: no database and no other language keeps them. */
export function text({ charsMin = 0, charsMax, limit }: TextRule): Check<string> {
  return (value) => {
    if (typeof value !== 'string') return bad('must be a text')
    if (value.includes('\0') || !value.isWellFormed()) return bad('has a character that cannot be kept')
    const composed = value.normalize('NFC')
    if (isLonger(composed, charsMax)) {
      return new Refusal({ code: 'too_long', message: `is longer than ${charsMax} characters`, limit })
    }
    if (isShorter(composed, charsMin)) return bad(`is shorter than ${charsMin} characters`)
    return composed
  }
}

// Line breaks and other controls would fake a second line; bidirectional overrides would make one name look like another.
const notInALine = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u

/** Text of one line, trimmed: names and topics. */
export function line(rule: TextRule): Check<string> {
  const check = text(rule)
  return (value) => {
    const checked = check(typeof value === 'string' ? value.trim() : value)
    if (checked instanceof Refusal) return checked
    if (notInALine.test(checked)) return bad('has a control character')
    return checked !== '' && isInvisible(checked) ? bad('shows nothing') : checked
  }
}

/** Made of spaces and characters that nothing is drawn for, the Hangul filler among them: a name that nobody can see. */
export const isInvisible = (value: string): boolean => /^[\s\p{Default_Ignorable_Code_Point}]*$/u.test(value)

/** Text of a pattern; `says` tells the pattern in words. */
export function pattern(expression: RegExp, says: string): Check<string> {
  return (value) => (typeof value === 'string' && expression.test(value) ? value : bad(`must be ${says}`))
}

/** An id of ours or of a client. `as` brands it. */
export function id<T extends string>(as: (value: string) => T): Check<T> {
  return (value) =>
    typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? as(value) : bad('must be 1 to 64 of A-Z a-z 0-9 _ -')
}

export function int<T extends number = number>(range: { min: number; max?: number }): Check<T> {
  const max = range.max ?? Number.MAX_SAFE_INTEGER
  return (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= range.min && value <= max
      ? // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- T brands a number
        (value as T)
      : bad(`must be a whole number from ${range.min} to ${max}`)
}

export const bool: Check<boolean> = (value) => (typeof value === 'boolean' ? value : bad('must be true or false'))

export function oneOf<const T extends string>(...values: readonly T[]): Check<T> {
  return (value) => values.find((each) => each === value) ?? bad(`must be one of: ${values.join(', ')}`)
}

export function nullable<T>(check: Check<T>): Check<T | null> {
  return (value) => (value === null ? null : check(value))
}

export function list<T>(check: Check<T>, rule: { readonly max: number; readonly limit?: string }): Check<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return bad('must be a list')
    if (value.length > rule.max) {
      return new Refusal({ code: 'too_long', message: `has more than ${rule.max} entries`, limit: rule.limit })
    }
    const checked: T[] = []
    for (const [index, each] of value.entries()) {
      const one = check(each)
      if (one instanceof Refusal) return one.under(index)
      checked.push(one)
    }
    return checked
  }
}

type Shape = { readonly [Key: string]: Check<unknown> }
type Checked<S extends Shape> = { readonly [Key in keyof S]: S[Key] extends Check<infer T> ? T : never }

/** An object of exactly these fields; those of `maybe` may be absent. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- no further fields is what the default says
export function object<S extends Shape, M extends Shape = Record<never, never>>(
  must: S,
  maybe?: M,
): Check<Checked<S> & Partial<Checked<M>>> {
  const entries = [...Object.entries(must), ...Object.entries(maybe ?? {})]
  const known = new Set(entries.map(([key]) => key))
  return (value) => {
    if (!isRecord(value)) return bad('must be an object')
    for (const key of Object.keys(value)) {
      if (!known.has(key)) return bad('is not a field that is known here').under(key.slice(0, 64))
    }
    const checked: Record<string, unknown> = {}
    for (const [key, check] of entries) {
      if (!Object.hasOwn(value, key)) {
        if (Object.hasOwn(must, key)) return bad('is missing').under(key)
        continue
      }
      const one = check(value[key])
      if (one instanceof Refusal) return one.under(key)
      checked[key] = one
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each field was checked by its own check
    return checked as Checked<S> & Partial<Checked<M>>
  }
}

/** Chooses the check by the value of `tag`; the tag stays in the value. */
export function tagged<T>(tag: string, checks: { readonly [Name: string]: Check<unknown> }): Check<T> {
  return (value) => {
    if (!isRecord(value)) return bad('must be an object')
    const name = value[tag]
    if (typeof name !== 'string' || !Object.hasOwn(checks, name)) {
      return bad(`must be one of: ${Object.keys(checks).join(', ')}`).under(tag)
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller's T is the union of its checks
    return (checks[name] as Check<T>)(value)
  }
}

/** The tag of a `tagged` object: a check that passes only its own name. */
export const tag = <const T extends string>(name: T): Check<T> => oneOf(name)

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isShorter(value: string, charsMin: number): boolean {
  return value.length < charsMin * 2 && Array.from(value).length < charsMin
}

/** Counts code points only when the cheap bound does not decide. */
function isLonger(value: string, charsMax: number): boolean {
  if (value.length <= charsMax) return false
  if (value.length > charsMax * 2) return true
  let chars = 0
  for (const _ of value) if (++chars > charsMax) return true
  return false
}
