import { expect, test } from 'vitest'
import { userId } from '../../src/protocol/ids.ts'
import { type Piece, format, plainText, readText } from './format.ts'

const text = (value: string): Piece => ({ is: 'text', text: value })
const bold = (value: string): Piece => ({ is: 'bold', pieces: [text(value)] })
const nameOf = () => '이서준'
const code = (value: string): Piece => ({ is: 'code', text: value })

test('text without marks is one piece, line breaks and all', () => {
  expect(format('안녕하세요\n\n반가워요')).toEqual([text('안녕하세요\n\n반가워요')])
  expect(format('')).toEqual([])
})

test('bold needs no word boundary, so that it works inside Korean', () => {
  expect(format('**마크다운(Markdown)**을')).toEqual([bold('마크다운(Markdown)'), text('을')])
  expect(format('**"중요"**합니다')).toEqual([bold('"중요"'), text('합니다')])
  expect(format('가**나**다')).toEqual([text('가'), bold('나'), text('다')])
})

test('stars that open or close nothing stay as they were written', () => {
  for (const same of ['** a **', '2 ** 3', '**a', 'a**', '****', '***a***', '**', '**a\nb**']) {
    expect(format(same)).toEqual([text(same)])
  }
})

test('inside code nothing is formatted', () => {
  expect(format('`**a**` b')).toEqual([code('**a**'), text(' b')])
  expect(format('``')).toEqual([text('``')])
  expect(format('a ` b')).toEqual([text('a ` b')])
  expect(format('`a\nb`')).toEqual([text('`a\nb`')])
})

test('bold may hold code, mentions and links', () => {
  const user = userId('u1')
  expect(format('**`a` <@u1>님 https://a.kr**')).toEqual([
    {
      is: 'bold',
      pieces: [
        code('a'),
        text(' '),
        { is: 'mention', user },
        text('님 '),
        { is: 'link', href: 'https://a.kr', text: 'https://a.kr' },
      ],
    },
  ])
})

test('a block keeps its text, without the fence, the language and the line breaks beside it', () => {
  expect(format('보세요\n```ts\nconst a = `1`\n```\n끝')).toEqual([
    text('보세요'),
    { is: 'block', text: 'const a = `1`' },
    text('끝'),
  ])
  expect(format('```a```')).toEqual([{ is: 'block', text: 'a' }])
  expect(format('```a')).toEqual([text('```a')])
  expect(format('``````')).toEqual([text('``````')])
})

test('a mention is found with a particle behind it', () => {
  expect(format('<@u1>님이')).toEqual([{ is: 'mention', user: userId('u1') }, text('님이')])
})

test('the time grows no faster than the text', () => {
  const worst = [
    '**a ',
    '`a',
    '`',
    '**',
    '``` ',
    '<@',
    'https://a',
    'https://a.kr(',
    '**a`',
    '<@a>**',
    'https://가에서',
  ]
  for (const part of worst) {
    const started = performance.now()
    format(part.repeat(Math.ceil(4_000 / part.length)))
    // Milliseconds when it is linear; the bound is for a machine that is busy with other things.
    expect(performance.now() - started).toBeLessThan(200)
  }
})

test('quotes read without marks; copies keep them', () => {
  expect(readText('**굵게** `코드` <@u1>님', nameOf)).toBe('굵게 코드 @이서준님')
  expect(plainText('**굵게** `코드` <@u1>님', nameOf)).toBe('**굵게** `코드` @이서준님')
})
