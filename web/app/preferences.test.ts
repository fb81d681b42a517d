import { expect, test } from 'vitest'
import { languageOf } from './preferences.ts'

test('the first language of a person that there is; Korean when nothing is known', () => {
  expect(languageOf(['ko-KR', 'en'])).toBe('ko')
  expect(languageOf(['en-GB', 'ko'])).toBe('en')
  expect(languageOf(['fr', 'ko'])).toBe('ko')
  expect(languageOf(['fr'])).toBe('en')
  expect(languageOf([])).toBe('ko')
})
