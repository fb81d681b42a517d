/** Messages that no receiver can change for another: frozen, or a copy of one's own. */

import type { LayerMessage, LayerValue } from './layer.ts'

/** Nesting that every adapter carries; also what ends a cycle. */
export const nestingMax = 500

/**
 * A frozen copy of a message, deep but for bytes, which cannot be frozen and must not be changed. `groupSend` hands such a
 * message to the functions of its process as it is: freeze once what goes to many. Throws a TypeError for what is not a
 * LayerValue.
 */
export function freezeMessage(message: LayerMessage): LayerMessage {
  checkMessage(message)
  return copyMap(message, 0, Object.freeze)
}

/** A deep copy that its receiver may do with as it likes. Throws a TypeError for what is not a LayerValue. */
export function copyMessage(message: LayerMessage): LayerMessage {
  checkMessage(message)
  return copyMap(message, 0, itself)
}

/** Throws a TypeError unless it is a map without the key that the layers keep for themselves. Looks at the top only. */
export function checkMessage(message: LayerMessage): void {
  if (!isMap(message)) throw new TypeError('message is not a map')
  if (Object.hasOwn(message, '__asgi_channel__')) throw new TypeError('__asgi_channel__ is reserved in messages')
}

const plainTypes: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'bigint'])

type Finish = <Whole extends object>(whole: Whole) => Readonly<Whole>

function itself<Whole extends object>(whole: Whole): Readonly<Whole> {
  return whole
}

function copyMap(map: { readonly [Key: string]: LayerValue }, depth: number, finish: Finish): LayerMessage {
  // From entries, so that a key `__proto__` becomes a key like any other.
  return finish(
    Object.fromEntries(Object.entries(map).map(([key, value]) => [key, copyValue(value, depth + 1, finish)])),
  )
}

function copyValue(value: LayerValue, depth: number, finish: Finish): LayerValue {
  if (depth > nestingMax) throw new TypeError(`message is nested deeper than ${nestingMax}`)
  if (value === null || plainTypes.has(typeof value)) return value
  if (value instanceof Uint8Array) return new Uint8Array(value)
  if (Array.isArray(value)) return finish(value.map((part: LayerValue) => copyValue(part, depth + 1, finish)))
  if (isMap(value)) return copyMap(value, depth, finish)
  throw new TypeError(`message holds a ${typeof value} that no layer can carry`)
}

function isMap(value: unknown): value is { readonly [Key: string]: LayerValue } {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
