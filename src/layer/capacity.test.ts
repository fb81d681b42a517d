import { expect, test } from 'vitest'
import { channelCapacities } from './capacity.ts'

/** What channels_redis 4.3.0 (Python's fnmatch) matches: each pattern with each of these 18 names. */
const names =
  'http.request http.request2 http.response!abc http.response websocket.send!abc other m.x ab1 ad1 xb xa [ a]b zy zAy qb qd'
    .split(' ')
    .concat('a\n')
const matches: readonly (readonly [glob: string, names: readonly string[]])[] = [
  ['http.request', ['http.request']],
  ['http.response!*', ['http.response!abc']],
  ['a[bc]?', ['ab1']],
  ['x[!a]', ['xb']],
  ['[', ['[']],
  ['a]b', ['a]b']],
  ['*', names],
  ['z*y', ['zy', 'zAy']],
  ['q[a-c]', ['qb']],
  ['**.x', ['m.x']],
]

test.for(matches)('[channels S7] the pattern %j matches what Python matches', ([glob, matched]) => {
  const capacityOf = channelCapacities({ capacity: 100, channelCapacity: [[glob, 7]] })
  expect(names.filter((name) => capacityOf(name) === 7)).toEqual(matched)
})

test.for([
  ['[]', '[]', 'x'],
  ['[]a]', ']', '[]a]'],
  ['[!]a]', 'b', 'a'],
  ['[!]', '[!]', '!'],
  ['[^a]', '^', 'b'],
  ['[\\w]', 'w', 'b'],
  ['a+(b)', 'a+(b)', 'aab'],
  ['?', '👋', ''],
])('the pattern %j matches %j and not %j', ([glob = '', match = '', other = '']) => {
  const capacityOf = channelCapacities({ capacity: 100, channelCapacity: [[glob, 7]] })
  expect([capacityOf(match), capacityOf(other)]).toEqual([7, 100])
})

test('the first pattern that matches counts, and none means the default', () => {
  const capacityOf = channelCapacities({
    capacity: 100,
    channelCapacity: [
      ['a*', 1],
      ['ab*', 2],
    ],
  })
  expect([capacityOf('abc'), capacityOf('b')]).toEqual([1, 100])
})
