/** Child processes of a benchmark: each is killed by its pid when it is done with, and all of them when we end. */

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type Child = AsyncDisposable & {
  readonly pid: number
  /** The first group of the first line of its output that matches. Rejects when it ends or says nothing in time. */
  readonly says: (pattern: RegExp, withinMs: number) => Promise<string>
}

export type ChildSpec = {
  /** For messages. */
  readonly name: string
  /** A TypeScript file below the project, and its arguments. */
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

export const projectDir = join(import.meta.dirname, '..')
/** The Node that is measured: the project's own, whatever `node` the caller's shell finds. */
export const nodeBin = join(projectDir, 'node_modules/.bin/node')

const endWithParent = join(import.meta.dirname, 'end-with-parent.ts')

const running = new Set<ChildProcess>()

/** Starts a process of the project's Node. Disposing of it kills it and waits until it is gone. */
export function startChild({ name, argv, env }: ChildSpec): Child {
  const child = spawn(nodeBin, ['--import', endWithParent, ...argv], {
    cwd: projectDir,
    env: { ...process.env, ...env },
    // Its stdin stays open for as long as we live: see end-with-parent.ts.
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  running.add(child)
  const ended = Promise.withResolvers<void>()
  child.on('error', (error) => {
    console.error(`${name}: ${error.message}`)
    ended.resolve()
  })
  child.on('exit', () => {
    running.delete(child)
    ended.resolve()
  })
  const lines = createInterface(child.stdout)
  return {
    pid: child.pid ?? -1,
    says: async (pattern, withinMs) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const listen = (line: string): void => {
        const found = pattern.exec(line)?.[1]
        if (found !== undefined) resolve(found)
      }
      const timer = setTimeout(() => reject(new Error(`${name}: no ${pattern} within ${withinMs} ms`)), withinMs)
      lines.on('line', listen)
      // Its last line may still be in the pipe when it has ended: `close` comes behind it.
      lines.on('close', () => reject(new Error(`${name} ended without ${pattern}`)))
      try {
        return await promise
      } finally {
        clearTimeout(timer)
        lines.off('line', listen)
      }
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended.promise
    },
  }
}

/** Kills whatever still runs when this process ends, and makes it end on signals. */
export function killChildrenAtExit(): void {
  process.on('exit', () => {
    for (const child of running) child.kill('SIGKILL')
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1))
}
