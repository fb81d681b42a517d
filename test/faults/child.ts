/** Runs outbox-child.ts, kills it, and remembers what it said. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RoomId } from '../../src/protocol/ids.ts'

export type OutboxChild = Disposable & {
  /** Ids of what was in the outbox, said by all lives of the child, in order. */
  readonly typed: readonly string[]
  /** Starts it, to write so many more; ends the one before at once (SIGKILL). */
  readonly live: (messages: number) => Promise<void>
  /** It has nothing left to send. */
  readonly isEmpty: () => boolean
}

export type OutboxChildOptions = {
  readonly url: string
  readonly token: string
  readonly room: RoomId
  readonly file: string
}

const script = join(import.meta.dirname, 'outbox-child.ts')

export function openOutboxChild({ url, token, room, file }: OutboxChildOptions): OutboxChild {
  const typed: string[] = []
  let child: ChildProcess | null = null
  let isEmpty = false
  const kill = (): void => void child?.kill('SIGKILL')
  process.once('exit', kill)
  return {
    typed,
    isEmpty: () => isEmpty,
    async live(messages) {
      if (child !== null && child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'close')
        kill()
        await exited
      }
      const started = spawn(process.execPath, [script, url, token, room, file, String(messages)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      child = started
      isEmpty = false
      createInterface({ input: started.stdout }).on('line', (line) => {
        if (line === 'empty') isEmpty = true
        // A line that the kill has torn was not promised anything.
        const id = /^typed ([\w-]{36})$/.exec(line)?.[1]
        if (id !== undefined) typed.push(id)
      })
    },
    [Symbol.dispose]() {
      process.off('exit', kill)
      kill()
    },
  }
}
