import { expect, test } from 'vitest'
import { seq } from '../../src/protocol/ids.ts'
import { drawnMax, rangeOf, sliceAround, sliceOf, stepDown, stepUp, wholeSlice } from './slice.ts'

const loaded = (first: number, count: number) => Array.from({ length: count }, (_, at) => ({ seq: seq(first + at) }))

test('a short room is drawn whole', () => {
  expect(rangeOf(loaded(1, 50), { slice: wholeSlice, isAtEnd: true })).toEqual({ from: 0, to: 50 })
  expect(rangeOf([], { slice: wholeSlice, isAtEnd: true })).toEqual({ from: 0, to: 0 })
})

test('at the end the beginning is dropped; elsewhere what is read stays and the end is dropped', () => {
  const messages = loaded(1, 500)
  expect(rangeOf(messages, { slice: wholeSlice, isAtEnd: true })).toEqual({ from: 200, to: 500 })
  const slice = { first: seq(151), last: null }
  expect(rangeOf(messages, { slice, isAtEnd: true })).toEqual({ from: 200, to: 500 })
  expect(rangeOf(messages, { slice, isAtEnd: false })).toEqual({ from: 150, to: 450 })
})

test('steps lead from one end to the other, and never draw more than the most', () => {
  const messages = loaded(1001, 1_000)
  let range = rangeOf(messages, { slice: wholeSlice, isAtEnd: true })
  const walk = (next: typeof stepUp): number => {
    let steps = 0
    for (let slice = next(messages, range); slice !== null; slice = next(messages, range)) {
      range = rangeOf(messages, { slice, isAtEnd: false })
      expect(range.to - range.from).toBeLessThanOrEqual(drawnMax)
      steps++
    }
    return steps
  }
  expect(walk(stepUp)).toBe(7)
  expect(range).toEqual({ from: 0, to: 300 })
  expect(walk(stepDown)).toBe(7)
  expect(range).toEqual({ from: 700, to: 1_000 })
})

test('older ones that are loaded do not move what is drawn', () => {
  const before = loaded(101, 300)
  const slice = sliceOf(before, { from: 20, to: 300 })
  expect(rangeOf(loaded(1, 400), { slice, isAtEnd: false })).toEqual({ from: 120, to: 400 })
})

test('a message that is jumped to is drawn with its surroundings', () => {
  const messages = loaded(1, 1_000)
  expect(sliceAround(messages, seq(500))).toEqual({ first: 400, last: 599 })
  expect(sliceAround(messages, seq(1_000))).toEqual({ first: 900, last: null })
  expect(sliceAround(messages, seq(1_001))).toBeNull()
})

test('when other messages were loaded, they are drawn; when some are gone, the rest is', () => {
  const slice = { first: seq(1), last: seq(50) }
  expect(rangeOf(loaded(500, 50), { slice, isAtEnd: true })).toEqual({ from: 0, to: 50 })
  expect(rangeOf(loaded(20, 100), { slice, isAtEnd: true })).toEqual({ from: 0, to: 31 })
})
