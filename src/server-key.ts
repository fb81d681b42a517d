/** The server's key: 32 random bytes in a file beside the database, made on the first run. Links are signed with it. */

import { randomBytes } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { MadangError } from './madang-error.ts'

const keyBytes = 32

/** The folder is this process's own by now, so nobody else makes the key at the same time. */
export async function openServerKey(dataDir: string): Promise<Uint8Array> {
  const path = join(dataDir, 'server.key')
  const known = await readFile(path).catch(() => null)
  if (known === null) return makeKey(path)
  if (known.length === keyBytes) return known
  const says = `${path} is not a key of ${keyBytes} bytes: restore it from a backup; without it, links that were made are void.`
  throw new MadangError('bad_server_key', says, { retryable: false })
}

async function makeKey(path: string): Promise<Uint8Array> {
  const key = randomBytes(keyBytes)
  const draft = `${path}.new`
  await using file = await open(draft, 'w', 0o600)
  await file.writeFile(key)
  await file.sync()
  await rename(draft, path)
  return key
}
