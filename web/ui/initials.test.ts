import { expect, test } from 'vitest'
import { initialsOf } from './initials.ts'

test('a Korean name is shown by its last two syllables, others by their first letters', () => {
  expect(initialsOf('이서준')).toBe('서준')
  expect(initialsOf('하은')).toBe('하은')
  expect(initialsOf('김하은'.normalize('NFD'))).toBe('하은')
  expect(initialsOf('Alex Kim')).toBe('AK')
  expect(initialsOf('alex')).toBe('A')
  expect(initialsOf('이서준 (개발)')).toBe('서준')
  expect(initialsOf('👩‍👩‍👧 가족')).toBe('👩‍👩‍👧')
  expect(initialsOf('')).toBe('')
})
