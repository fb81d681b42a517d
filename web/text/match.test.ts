import { expect, test } from 'vitest'
import { compose, fromQwerty } from './hangul.ts'
import { bestMatches, matchName } from './match.ts'

test('what was typed on the wrong keyboard is understood', () => {
  expect(fromQwerty('dkssud')).toBe('안녕')
  expect(fromQwerty('ghldml')).toBe('회의')
  expect(fromQwerty('rlagkdms')).toBe('김하은')
  expect(fromQwerty('Rhkr')).toBe('꽉')
  expect(fromQwerty('ekfrdms')).toBe('닭은')
  expect(fromQwerty('dlfrdjTek')).toBe('읽었다')
  expect(fromQwerty('rkqt')).toBe('값')
  expect(fromQwerty('rkqtl')).toBe('갑시')
  expect(fromQwerty('안녕')).toBeNull()
  expect(fromQwerty('a1')).toBeNull()
})

test('letters that make no syllable stay letters', () => {
  expect(compose(['ㅋ', 'ㅋ'])).toBe('ㅋㅋ')
  expect(compose(['ㅏ', 'ㄱ'])).toBe('ㅏㄱ')
  expect(fromQwerty('')).toBeNull()
})

test('a name is found by its beginning, a word in it, and a part of it, in this order', () => {
  expect(matchName('디자', '디자인 리뷰')).toBe(0)
  expect(matchName('리뷰', '디자인 리뷰')).toBe(1)
  expect(matchName('자인', '디자인 리뷰')).toBe(2)
  expect(matchName('없음', '디자인 리뷰')).toBeNull()
})

test('initial letters find a name', () => {
  expect(matchName('ㄷㅈㅇ', '디자인 리뷰')).toBe(0)
  expect(matchName('ㅎㅇㅅ', '회의실')).toBe(0)
  expect(matchName('회ㅇㅅ', '회의실')).toBe(0)
  expect(matchName('ㄱㅎㅇ', '이서준')).toBeNull()
})

test('a syllable on its way finds what it may become', () => {
  expect(matchName('장ㄱ', '장그래')).toBe(0)
  expect(matchName('기', '김하은')).toBe(0)
  // 하은, typed up to the ㅇ of 은: the input method shows it as 항.
  expect(matchName('김항', '김하은')).toBe(0)
  expect(matchName('갑시', '값')).toBeNull()
})

test('Latin names, in any case, and NFD text', () => {
  expect(matchName('ALEX', 'Alex Kim')).toBe(0)
  expect(matchName('kim', 'Alex Kim')).toBe(1)
  expect(matchName('김하은'.normalize('NFD'), '김하은')).toBe(0)
})

test('what was meant by the keyboard comes behind what was typed', () => {
  const names = ['안녕', 'dkssud 방']
  expect(bestMatches(names, { query: 'dkssud', nameOf: (name) => [name], max: 5 })).toEqual(['dkssud 방', '안녕'])
  expect(bestMatches(names, { query: '', nameOf: (name) => [name], max: 1 })).toEqual(['안녕'])
})
