import { expect, test } from 'vitest'
import { type UserId, userId } from '../../src/protocol/ids.ts'
import type { User } from '../../src/protocol/rows.ts'
import { fromBody, mentionQuery, toBody, visibleName } from './mention-map.ts'

const user = (id: string, name: string): User => ({
  id: userId(id),
  handle: id,
  name,
  role: 'member',
  isActive: true,
})
const people = [user('u1', '이서준'), user('u2', '이서'), user('u3', 'Al'), user('u4', '이서준')]
const userOf = (id: UserId) => people.find((each) => each.id === id) ?? null
const map = (...entries: [string, string][]) => new Map(entries.map(([name, id]) => [name, userId(id)]))

test('a chosen name becomes an id, with any particle behind it', () => {
  expect(toBody('@이서준님이 @이서준과', map(['@이서준', 'u1']))).toBe('<@u1>님이 <@u1>과')
})

test('the longest name wins', () => {
  const both = map(['@이서', 'u2'], ['@이서준', 'u1'])
  expect(toBody('@이서준 @이서 @이서는', both)).toBe('<@u1> <@u2> <@u2>는')
})

test('a Latin name is not found inside a longer word', () => {
  expect(toBody('@Al @Alex @Al님 @Al', map(['@Al', 'u3']))).toBe('<@u3> @Alex <@u3>님 <@u3>')
})

test('what was not chosen from the list is text', () => {
  expect(toBody('a@이서준.kr @박민지', new Map())).toBe('a@이서준.kr @박민지')
})

test('a body comes back as it was written, and its map leads to the same body', () => {
  const body = '<@u1>님, <@u4>님과 <@u3> 그리고 <@u9>'
  const { text, mentions } = fromBody(body, userOf)
  expect(text).toBe('@이서준님, @이서준(u4)님과 @Al 그리고 <@u9>')
  expect(toBody(text, mentions)).toBe(body)
})

test('somebody of the same name is shown with the handle', () => {
  expect(visibleName(user('u4', '이서준'), map(['@이서준', 'u1']))).toBe('@이서준(u4)')
  expect(visibleName(user('u1', '이서준'), map(['@이서준', 'u1']))).toBe('@이서준')
})

test('an @ before the caret asks for people; in an e-mail address it does not', () => {
  expect(mentionQuery('안녕 @장ㄱ', 6)).toEqual({ query: '장ㄱ', from: 3, to: 6 })
  expect(mentionQuery('@', 1)).toEqual({ query: '', from: 0, to: 1 })
  expect(mentionQuery('안녕@하은', 5)).toEqual({ query: '하은', from: 2, to: 5 })
  expect(mentionQuery('me@example', 10)).toBeNull()
  expect(mentionQuery('@하은 ', 4)).toBeNull()
  expect(mentionQuery('@@장', 3)).toBeNull()
})
