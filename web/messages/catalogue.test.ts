import { expect, test } from 'vitest'
import { errorCodes } from '../../src/protocol/errors.ts'
import { en } from './en.ts'
import { ko } from './ko.ts'

type Tree = { readonly [Key: string]: unknown }
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null

const keysOf = (tree: Tree, path = ''): string[] =>
  Object.entries(tree).flatMap(([key, value]) => (isTree(value) ? keysOf(value, `${path}${key}.`) : [path + key]))

const textsOf = (tree: Tree): string[] =>
  Object.values(tree).flatMap((value) => (isTree(value) ? textsOf(value) : typeof value === 'string' ? [value] : []))

test('both languages say the same things', () => {
  expect(keysOf(ko).toSorted()).toEqual(keysOf(en).toSorted())
})

test('every error code has its words', () => {
  expect(Object.keys(ko.errors).toSorted()).toEqual(Object.keys(errorCodes).toSorted())
})

test('nothing is said with nothing', () => {
  for (const text of [...textsOf(ko), ...textsOf(en)]) expect(text.trim()).not.toBe('')
})

test('Korean is Korean, and in 해요체', () => {
  for (const text of textsOf(ko)) {
    expect(text).not.toMatch(/습니다|하십시오|당신/)
    expect(text).toMatch(/\p{Script=Hangul}|^1:1$/u)
  }
})
