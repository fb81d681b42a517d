/** A square of a person's own colour with the part of their name that Koreans call them by. */

import type { User } from '../../src/protocol/rows.ts'
import { initialsOf } from './initials.ts'

// Each has 4.5:1 or more with white.
const colours = ['#5D618F', '#A35A22', '#3B6E8F', '#8A4F7D', '#4F7339', '#8C4A4A', '#2F7376', '#7A6428']

export function Avatar({ user, size }: { readonly user: User | null; readonly size?: 'small' }) {
  const colour = user === null ? 'var(--text3)' : (colours[hash(user.id) % colours.length] ?? '')
  return (
    <span class={size === 'small' ? 'avatar small' : 'avatar'} style={{ background: colour }} aria-hidden="true">
      {user === null ? '' : initialsOf(user.name)}
    </span>
  )
}

function hash(text: string): number {
  let value = 0
  for (let at = 0; at < text.length; at++) value = (Math.imul(value, 31) + text.charCodeAt(at)) >>> 0
  return value
}
