import { expect, test } from 'vitest'
import { splitLinks } from './links.ts'

const link = (href: string) => ({ href, text: href })

test('a particle behind an address is not a part of it', () => {
  for (const particle of [
    '에서',
    '은',
    '는',
    '이',
    '가',
    '을',
    '를',
    '에',
    '의',
    '로',
    '으로',
    '와',
    '과',
    '도',
    '만',
  ]) {
    const address = 'https://example.com/a'
    expect(splitLinks(`${address}${particle} 봐요`)).toEqual([link(address), `${particle} 봐요`])
  }
  for (const ending of ['까지', '부터', '에게', '이나', '입니다', '에서는', '으로도', '이에요', '라고']) {
    expect(splitLinks(`https://example.com${ending}`)).toEqual([link('https://example.com'), ending])
  }
})

test('a particle behind the last slash is not a part of it either', () => {
  expect(splitLinks('https://example.com/에서')).toEqual([link('https://example.com/'), '에서'])
})

test('Korean in the path belongs to it', () => {
  for (const address of [
    'https://example.com/문서/가이드',
    'https://ko.wikipedia.org/wiki/서울특별시',
    'https://example.com/wiki/회의에서',
    'https://example.com/?q=은',
    'https://example.com/가이드-v2',
    'https://한글.kr/소개',
  ]) {
    expect(splitLinks(address)).toEqual([link(address)])
  }
})

test('a host never ends in Hangul that is glued to Latin', () => {
  expect(splitLinks('https://example.com에서만든')).toEqual([link('https://example.com'), '에서만든'])
})

test('what ends a sentence or was opened outside is not a part of the address', () => {
  expect(splitLinks('(https://example.com/a)에서')).toEqual(['(', link('https://example.com/a'), ')에서'])
  expect(splitLinks('https://example.com/a, 그리고')).toEqual([link('https://example.com/a'), ', 그리고'])
  expect(splitLinks('https://example.com/a에서.')).toEqual([link('https://example.com/a'), '에서.'])
  const nested = 'https://en.wikipedia.org/wiki/Madang_(yard)'
  expect(splitLinks(`${nested}.`)).toEqual([link(nested), '.'])
})

test('only http and https, and only where an address begins', () => {
  for (const same of ['javascript://a.kr', 'xhttps://a.kr', 'https://', 'http:///a', 'ftp://a.kr', 'a.kr']) {
    expect(splitLinks(same)).toEqual([same])
  }
})

test('several addresses, and nothing is lost between them', () => {
  const text = 'a https://a.kr b http://b.kr/x?y=1#z c'
  expect(splitLinks(text)).toEqual(['a ', link('https://a.kr'), ' b ', link('http://b.kr/x?y=1#z'), ' c'])
})
