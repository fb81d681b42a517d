/** The conversation of PROTOCOL.md, held with a real server. */

import { expect, test } from 'vitest'
import { openWire, setUp, signUp } from './docs/door.ts'
import { blocks, read } from './docs/markdown.ts'
import { type Bindings, filled, matched, parseTranscript } from './docs/transcript.ts'
import { openServer } from './server.ts'

const [transcript] = blocks({ file: 'PROTOCOL.md', text: read('PROTOCOL.md') }).filter(
  ({ language }) => language === 'transcript',
)
const password = 'a long enough one'

/** These come when they come: the page shows them where they are sure to. */
const byTheClock = new Set(['ping', 'presence', 'user', 'bump'])

test('PROTOCOL.md: a real server answers each line of the transcript as the page says, and nothing else', async () => {
  await using server = await openServer()
  const haeun = await setUp(server, { handle: 'haeun', name: '김하은', password }, '마당')
  const minji = await signUp(server, haeun, { handle: 'minji', name: '박민지', password })
  using wire = await openWire(server)
  let bindings: Bindings = new Map([
    ['$token', haeun.token],
    ['$me', haeun.user],
    ['$minji', minji.user],
  ])

  const lines = parseTranscript(transcript?.text ?? '')
  for (const line of lines) {
    if (line.is === 'sent') {
      wire.send(filled(line.frame, bindings))
      continue
    }
    const isShown = (frame: unknown): boolean => matched(line.frame, frame, bindings) !== null
    const what = `PROTOCOL.md:${(transcript?.line ?? 0) + line.at}: ${JSON.stringify(line.frame)}`
    const answer = await wire.next(isShown, what)
    bindings = matched(line.frame, answer, bindings) ?? bindings
  }

  expect(lines.length).toBeGreaterThan(40)
  const notShown = wire.rest().filter((frame) => !byTheClock.has(typeOf(frame)))
  expect(notShown).toEqual([])
})

function typeOf(frame: unknown): string {
  return typeof frame === 'object' && frame !== null && 'type' in frame ? String(frame.type) : ''
}
