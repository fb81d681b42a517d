/**
 * What groups and channels may be called: strict ASCII, as the documentation of Django Channels says.
 *
 * Its code lets through more (a newline at the end, digits of other scripts, letters of any script after the `!`), so every
 * name that passes here is valid there. Names that arrive from elsewhere are not checked again.
 */

/** A name is shorter than this. */
export const nameCharsMax = 99

const groupPattern = /^[a-zA-Z0-9\-_.]+$/
const channelPattern = /^[a-zA-Z0-9\-_.]+(![a-zA-Z0-9\-_.]*)?$/

/** Throws a TypeError, with the words of the reference, unless `name` can be a group's. */
export function checkGroupName(name: string): void {
  if (!isName(name, groupPattern)) throw new TypeError(`Group ${rule}`)
}

/** Throws a TypeError, with the words of the reference, unless `name` can be a channel's: `name`, `REMOTE!` or `REMOTE!LOCAL`. */
export function checkChannelName(name: string): void {
  if (!isName(name, channelPattern)) throw new TypeError(`Channel ${rule}`)
}

const rule =
  `name must be a valid unicode string with length < ${nameCharsMax + 1} ` +
  'containing only ASCII alphanumerics, hyphens, underscores, or periods'

function isName(name: unknown, pattern: RegExp): boolean {
  return typeof name === 'string' && name.length <= nameCharsMax && pattern.test(name)
}
