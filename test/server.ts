/** A real server for a test: `madang serve` in a process of its own, on a free port, with a data folder of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export type TestServer = AsyncDisposable & {
  /** Where it listens, with a slash at the end. A restart keeps it. */
  readonly url: string
  readonly dataDir: string
  /** The one-time link for the first owner, as the last start printed it; null when there was one. */
  readonly setUpUrl: string | null
  /** Of the process that was started last. */
  readonly pid: number
  /** What it has written to stderr since the first start. */
  readonly log: string
  /** Ends it at once, as a power cut would (SIGKILL). Resolves when it is gone. */
  readonly kill: () => Promise<void>
  /** Asks it to stop (SIGTERM). Resolves with its exit code when it is gone. */
  readonly stop: () => Promise<number | null>
  /** Starts it again, at the same URL with the same data. Kills the one that is running. */
  readonly restart: () => Promise<void>
}

export type TestServerOptions = {
  /** Settings besides PORT and DATA_DIR. */
  readonly env?: Readonly<Record<string, string>>
  /** A data folder that is not removed at the end. Standard: a new one below the system's temporary folder. */
  readonly dataDir?: string
}

type Running = {
  readonly child: ChildProcess
  readonly pid: number
  readonly url: string
  readonly setUpUrl: string | null
}

const root = join(import.meta.dirname, '..')

/** Longer than any honest start or stop: beyond it the test fails with what the server has said. */
const patienceMs = 15_000

/** Resolves when the server listens. Disposing of it stops it and removes its data folder. */
export async function openServer({ env = {}, dataDir }: TestServerOptions = {}): Promise<TestServer> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'madang-test-')))
  const log: string[] = []
  let running = await start({ port: 0, env: { ...env, DATA_DIR: folder }, log })
  const { url } = running

  return {
    url,
    dataDir: folder,
    get setUpUrl() {
      return running.setUpUrl
    },
    get pid() {
      return running.pid
    },
    get log() {
      return log.join('')
    },
    async kill() {
      await end(running.child, 'SIGKILL')
    },
    stop: () => end(running.child, 'SIGTERM'),
    async restart() {
      await end(running.child, 'SIGKILL')
      running = await startAgain({ port: Number(new URL(url).port), env: { ...env, DATA_DIR: folder }, log })
    },
    async [Symbol.asyncDispose]() {
      await end(running.child, 'SIGTERM')
      if (dataDir === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

type StartOptions = { readonly port: number; readonly env: Readonly<Record<string, string>>; readonly log: string[] }

async function start({ port, env, log }: StartOptions): Promise<Running> {
  const child = spawn(process.execPath, [join(root, 'bin/madang.ts'), 'serve'], {
    cwd: root,
    // Only what a program needs to run: the settings of the person who runs the tests are not the test's.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A test run that is broken off takes its servers along.
  const orphaned = (): void => void child.kill('SIGKILL')
  process.once('exit', orphaned)
  child.once('exit', () => process.off('exit', orphaned))
  child.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text))

  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  try {
    let url: string | null = null
    for await (const line of createInterface({ input: child.stdout })) {
      const said = line.match(/^(Madang is at|Make yourself its owner, once:) (\S+)$/)
      if (said?.[1] === 'Madang is at') url = said[2] ?? null
      // The link comes right after the URL, or not at all; the server says nothing else that ends in a URL.
      if (url === null || child.pid === undefined) continue
      if (said?.[1] !== 'Madang is at') return { child, pid: child.pid, url, setUpUrl: said?.[2] ?? null }
      if (await isSetUp(url)) return { child, pid: child.pid, url, setUpUrl: null }
    }
    throw new Error(`the server ended, or said nothing in ${patienceMs} ms:\n${log.join('')}`)
  } finally {
    clearTimeout(timer)
    // Nothing reads on; a full pipe would stop the server.
    child.stdout.resume()
  }
}

/** Somebody who tries to connect all the time may hold the port for a moment, being on this machine, too. */
async function startAgain(options: StartOptions): Promise<Running> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options)
    } catch (error) {
      if (attempt === 5 || !String(error).includes('is in use')) throw error
    }
  }
}

async function isSetUp(url: string): Promise<boolean> {
  const response = await fetch(new URL('api/server', url))
  const { isSetUp: is }: { isSetUp: boolean } = JSON.parse(await response.text())
  return is
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs)
  await exited
  clearTimeout(timer)
  return child.exitCode
}
