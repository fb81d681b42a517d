/** Disks that run full: a small one of its own (a mounted tmpfs, which takes root), or a file that may not grow. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestServer } from '../server.ts'
import { limitProcess } from './process-limits.ts'

/** Of the system (util-linux), not of a package. */
const programs = { mount: 'mount', umount: 'umount' }

export type SmallDisk = Disposable & {
  readonly folder: string
  /** Takes all of it but so many bytes. */
  readonly fill: (bytesLeft: number) => void
  /** Gives that back. */
  readonly free: () => void
}

/** Null where nothing may be mounted. Unmounted when disposed. */
export function openSmallDisk(mebibytes: number): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), 'madang-small-disk-'))
  const filler = join(folder, 'filler')
  const { status } = spawnSync(programs.mount, ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder])
  if (status !== 0) {
    rmSync(folder, { recursive: true })
    return null
  }
  return {
    folder,
    fill(bytesLeft) {
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - bytesLeft)))
    },
    free: () => rmSync(filler, { force: true }),
    [Symbol.dispose]() {
      // Lazily: whoever still has a file open there must not keep the test from ending.
      spawnSync(programs.umount, ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** No file of the server may grow beyond its largest one and so many bytes more. A new process has no such limit. */
export function stopGrowth(server: Pick<TestServer, 'pid' | 'dataDir'>, bytesMore: number): void {
  const sizes = readdirSync(server.dataDir).map((name) => statSync(join(server.dataDir, name)).size)
  limitProcess(server.pid, 'fsize', Math.max(...sizes) + bytesMore)
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
