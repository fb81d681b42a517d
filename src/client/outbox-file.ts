/**
 * An outbox in a file, for bots: one JSON line for each change, each on disk before its promise resolves.
 *
 * Writes that arrive while one is on its way share the next one and its fsync. A torn last line, left by a crash, was never
 * acknowledged: it is cut off. The file is written anew, beside the old one, when most of it is no longer needed. One
 * process at a time: bots that share an identity need files of their own.
 */

import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import type { CommandId } from '../protocol/ids.ts'
import type { OutboxEntry, OutboxStorage } from './api.ts'
import { parseJson, trusted } from './wire.ts'

/** Not worth rewriting below this. */
const compactLinesMin = 1_000

type Line = { readonly put: OutboxEntry } | { readonly remove: CommandId }

export type FileOutbox = OutboxStorage & AsyncDisposable

/** Reads the file, or makes it. */
export async function openFileOutbox(path: string): Promise<FileOutbox> {
  const entries = new Map<CommandId, OutboxEntry>()
  for (const line of await readLines(path)) applyLine(entries, line)
  let file = await writeWhole(path, entries)
  let lines = entries.size
  let waiting: Line[] = []
  let flushing: Promise<void> | null = null

  const flush = async (): Promise<void> => {
    await Promise.resolve() // What is asked for in this turn shares the write.
    flushing = null
    const batch = waiting
    waiting = []
    await file.appendFile(textOf(batch))
    await file.datasync()
    lines += batch.length
    if (lines < compactLinesMin || lines < entries.size * 4) return
    await file.close()
    file = await writeWhole(path, entries)
    lines = entries.size
  }

  let last: Promise<void> = Promise.resolve()
  const write = async (line: Line): Promise<void> => {
    applyLine(entries, line)
    waiting.push(line)
    if (flushing === null) {
      flushing = last.then(flush, flush)
      last = flushing
    }
    await flushing
  }

  return {
    load: async () => Promise.resolve([...entries.values()]),
    put: async (entry) => write({ put: entry }),
    remove: async (id) => {
      if (entries.has(id)) await write({ remove: id })
    },
    async [Symbol.asyncDispose]() {
      await last
      await file.close()
    },
  }
}

function applyLine(entries: Map<CommandId, OutboxEntry>, line: Line): void {
  if ('put' in line) entries.set(line.put.id, line.put)
  else entries.delete(line.remove)
}

async function readLines(path: string): Promise<readonly Line[]> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return text.split('\n').flatMap((line) => {
    const value = parseJson(line)
    const isLine = typeof value === 'object' && value !== null && ('put' in value || 'remove' in value)
    return isLine ? [trusted<Line>(value)] : []
  })
}

const textOf = (lines: readonly Line[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('')

/** The entries alone, in a file that takes the old one's place at once or not at all; open for appending. */
async function writeWhole(path: string, entries: ReadonlyMap<CommandId, OutboxEntry>): Promise<FileHandle> {
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  await file.writeFile(textOf([...entries.values()].map((put) => ({ put }))))
  await file.datasync()
  await rename(temporary, path)
  return file
}
