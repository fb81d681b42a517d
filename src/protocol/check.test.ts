/** Checks of single values: nothing throws, and every refusal says what is wrong [faults S4 S5 S14]. */

import { expect, test } from 'vitest'
import { type Check, Refusal, id, int, line, list, nullable, object, oneOf, text } from './check.ts'

const refused = (value: unknown): Refusal => {
  if (!(value instanceof Refusal)) throw new Error(`let through: ${JSON.stringify(value)}`)
  return value
}

test('[faults S14] text is composed to NFC, so that two ways to write a syllable are one', () => {
  const check = text({ charsMax: 3 })
  expect(check('한글'.normalize('NFD'))).toBe('한글')
  // Nine jamo, three syllables.
  expect(check('마당집'.normalize('NFD'))).toBe('마당집')
})

test('text is counted in code points, as people do', () => {
  const check = text({ charsMin: 2, charsMax: 4, limit: 'someMax' })
  expect(check('👍👍👍👍')).toBe('👍👍👍👍')
  expect(refused(check('👍👍👍👍👍'))).toMatchObject({ code: 'too_long', limit: 'someMax' })
  expect(refused(check('👍'))).toMatchObject({ code: 'bad_input' })
  expect(check('👍👍')).toBe('👍👍')
  expect(refused(check('abcde')).message).toBe('is longer than 4 characters')
})

test('[faults S14] what no database keeps is refused: NUL and half characters', () => {
  const check = text({ charsMax: 10 })
  for (const bad of ['a\0b', '\ud83d', 'x\udc4d', '\udc4d\ud83d']) {
    expect(refused(check(bad))).toMatchObject({ code: 'bad_input', message: 'has a character that cannot be kept' })
  }
  expect(check('a\nb\t\u200d')).toBe('a\nb\t\u200d')
})

test('[faults S14] a name is one line that can be seen, without overrides of direction', () => {
  const check = line({ charsMin: 1, charsMax: 10 })
  expect(check('  미나 ')).toBe('미나')
  expect(check('👩‍💻')).toBe('👩‍💻')
  for (const bad of ['a\nb', 'a\u2028b', 'a\u0007', '\u202Eevil', 'a\u2066b', 'a\u0085b', '\u001b[31m']) {
    expect(refused(check(bad)).message).toBe('has a control character')
  }
  for (const invisible of ['\u3164', '\u200b\u200d', '\u115f \u1160', '\uffa0', '\u2060']) {
    expect(refused(check(invisible)).message).toBe('shows nothing')
  }
  expect(refused(check('   '))).toBeInstanceOf(Refusal)
  expect(line({ charsMax: 10 })(' ')).toBe('')
})

test('numbers are whole, safe and in their range', () => {
  const check = int({ min: 1, max: 10 })
  expect([check(1), check(10)]).toEqual([1, 10])
  for (const bad of [0, 11, -1, 1.5, Number.NaN, Infinity, 1e300, 2 ** 53, '1', null, [1], true]) refused(check(bad))
  expect(refused(int({ min: 0 })(2 ** 53)).message).toBe(`must be a whole number from 0 to ${2 ** 53 - 1}`)
})

test('ids are short and plain', () => {
  const check = id((value) => value)
  expect(check('aZ09_-'.repeat(10))).toHaveLength(60)
  const bad = ['', 'a'.repeat(65), 'a b', 'a.b', 'a/b', 'é', 'a\n', '../x', 1, null, {}, ['a']]
  for (const value of bad) refused(check(value))
})

test('a refusal names the way to the field', () => {
  const check = object({ list: list(object({ name: line({ charsMax: 2 }) }), { max: 3, limit: 'listMax' }) })
  const path = (value: unknown): string => refused(check(value)).path
  expect(path({ list: [{ name: 'a' }, { name: 'abc' }] })).toBe('list.1.name')
  expect(path({ list: [{}, { name: 'a' }] })).toBe('list.0.name')
  expect(path({ list: [{ name: 'a', more: 1 }] })).toBe('list.0.more')
  expect(path({})).toBe('list')
  expect(path([])).toBe('')
  expect(refused(check({ list: [1, 2, 3, 4] }))).toMatchObject({ code: 'too_long', path: 'list', limit: 'listMax' })
  const wire = refused(check({ list: [{ name: 'abc' }] })).toWireError()
  expect(wire).toEqual({
    code: 'too_long',
    temporary: false,
    field: 'list.0.name',
    message: 'list.0.name: is longer than 2 characters',
  })
})

test('[faults S11] fields that are not asked for are refused, whatever they are called', () => {
  const check = object({ a: int({ min: 0 }) }, { b: int({ min: 0 }) })
  expect(check({ a: 1, b: 2 })).toEqual({ a: 1, b: 2 })
  expect(check({ a: 1 })).toEqual({ a: 1 })
  for (const json of [
    '{"a":1,"__proto__":{"b":2}}',
    '{"a":1,"constructor":{"prototype":{"b":2}}}',
    '{"a":1,"isAdmin":true}',
    '{"a":1,"toString":1}',
  ]) {
    refused(check(JSON.parse(json)))
  }
  // Inherited is not given.
  expect(refused(check(Object.create({ a: 1 }))).message).toBe('is missing')
  expect(refused(check(JSON.parse('{"b":null,"a":1}'))).path).toBe('b')
  expect(refused(check({ a: 1, ['k'.repeat(1_000)]: 1 })).path).toHaveLength(64)
})

test('[faults S11] nothing that comes in changes what objects are', () => {
  const check: Check<unknown> = object({ a: nullable(oneOf('x', 'y')) })
  check(JSON.parse('{"a":null,"__proto__":{"polluted":true}}'))
  expect('polluted' in {}).toBe(false)
  expect(check({ a: null })).toEqual({ a: null })
  refused(check({ a: '__proto__' }))
  refused(check({ a: 'toString' }))
})
