import { expect, test } from 'vitest'
import { parseRoute, roomPath } from './router.ts'
import { roomId, seq } from '../../src/protocol/ids.ts'

const at = (path: string) => {
  const { pathname, search, hash } = new URL(path, 'http://localhost')
  return parseRoute({ pathname, search, hash })
}

test('a path names a view, and what is behind the # is the secret', () => {
  expect(at('/')).toEqual({ at: 'home' })
  expect(at('/room/r1')).toEqual({ at: 'room', room: 'r1', message: null })
  expect(at('/invite#s.e-c_ret')).toEqual({ at: 'invite', secret: 's.e-c_ret' })
  expect(at('/set-up#x')).toEqual({ at: 'set-up', secret: 'x' })
  expect(at('/reset')).toEqual({ at: 'reset', secret: '' })
  expect(at('/sign-in')).toEqual({ at: 'sign-in' })
})

test('a link to a message is read back', () => {
  expect(at(roomPath(roomId('r1'), seq(12)))).toEqual({ at: 'room', room: 'r1', message: 12 })
  expect(at('/room/r1?m=-1')).toEqual({ at: 'room', room: 'r1', message: null })
})

test('an address that nobody made is the list', () => {
  expect(at('/room')).toEqual({ at: 'home' })
  expect(at('/room/%')).toEqual({ at: 'room', room: '%', message: null })
  expect(at('/what/ever')).toEqual({ at: 'home' })
})
