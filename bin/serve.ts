/** `madang serve`: the chat, until it is stopped. */

import { once } from 'node:events'
import { openMadang } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { jsonLog } from '../src/log.ts'

export async function serve(): Promise<void> {
  const config = readConfig(process.env, process.cwd())
  const report = jsonLog((line) => console.error(line), Date.now)
  const stopped = new AbortController()
  await using madang = await openMadang(config, { report, onFailed: () => stopped.abort() })
  console.log(`Madang is at ${madang.url}`)
  if (madang.setUpUrl !== null) console.log(`Make yourself its owner, once: ${madang.setUpUrl}`)
  const { signal } = stopped
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(signal, 'abort')])
  // A disk that failed a write may have lost it: only opening the folder anew tells what is there.
  if (signal.aborted) process.exitCode = 1
}
