/** Madang itself: a data folder seeded once for each size of crowd, copied for each run, and the real `serve` on it. */

import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { projectDir, startChild } from '../children.ts'
import type { Crowd, RunningServer } from './roster.ts'

const seedMs = 60_000
const startMs = 20_000
let runs = 0

/** Starts `madang serve` on a fresh copy of a folder with this crowd. `scratchDir` is the caller's to remove. */
export async function startMadang(crowd: Crowd, scratchDir: string): Promise<RunningServer> {
  const seeded = join(scratchDir, `seed-${crowd.rooms}x${crowd.members}`)
  if (!existsSync(seeded)) await seed(crowd, seeded)
  const folder = join(scratchDir, `run-${runs++}`)
  cpSync(seeded, folder, { recursive: true })
  const child = startChild({
    name: 'madang',
    argv: ['--max-semi-space-size=8', 'bin/madang.ts', 'serve'],
    env: { PORT: '0', HOST: '127.0.0.1', DATA_DIR: folder, MADANG_RATE_LIMITS: 'off' },
  })
  const port = await child.says(/127\.0\.0\.1:(\d+)/, startMs)
  return {
    pid: child.pid,
    port: Number(port),
    [Symbol.asyncDispose]: async () => {
      await child[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

/** False while the project has no server to start. */
export const isMadangThere = (): boolean => existsSync(join(projectDir, 'bin/madang.ts'))

async function seed({ rooms, members }: Crowd, folder: string): Promise<void> {
  const argv = ['bench/servers/madang-setup.ts', folder, String(rooms), String(members)]
  await using child = startChild({ name: 'madang-setup', argv })
  await child.says(/^(seeded)/, seedMs)
}
