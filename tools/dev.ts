/** `npm run dev`: restarts the server and rebuilds the page when their sources change. Clients reconnect and lose nothing. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

function run(...args: readonly string[]): ChildProcess {
  return spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
}

const children = [
  run('--watch', '--watch-preserve-output', 'bin/madang.ts', 'serve'),
  run(join(root, 'node_modules/vite/bin/vite.js'), 'build', '--watch', '--logLevel', 'warn'),
]
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => children.forEach((child) => child.kill(signal)))
}
// One that ends by itself takes the other along.
await Promise.race(children.map((child) => once(child, 'exit')))
for (const child of children) child.kill()
