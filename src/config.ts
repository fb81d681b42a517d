/** Configuration: the environment as one checked, frozen object. A value that makes no sense is an error that names it. */

import { isAbsolute, resolve } from 'node:path'
import { MadangError } from './madang-error.ts'

export type Config = {
  /** 0 takes a free port. */
  readonly port: number
  /** The address to listen on. */
  readonly host: string
  /** Where the database, the server's key and the lock are kept. Absolute. */
  readonly dataDir: string
  /** Origins of pages, besides our own, that may connect: `https://chat.example.com`. */
  readonly origins: readonly string[]
  /** False only for load tests. */
  readonly rateLimits: boolean
}

/** Every setting: its environment variable, and what `madang help` says of it. */
export const settings = {
  PORT: 'the port to listen on (5577); 0 takes a free one',
  HOST: 'the address to listen on (127.0.0.1); 0.0.0.0 for all',
  DATA_DIR: 'the data folder (./data)',
  MADANG_ORIGINS: 'origins of other sites whose pages may connect, separated by spaces (none)',
  MADANG_RATE_LIMITS: 'on or off (on); off is for load tests',
} as const

type Environment = Readonly<Record<string, string | undefined>>

/** Throws MadangError `bad_setting`. `folder`: what a relative DATA_DIR starts from. */
export function readConfig(environment: Environment, folder: string): Config {
  const read = (name: keyof typeof settings, standard: string): string => environment[name]?.trim() || standard
  const dataDir = read('DATA_DIR', './data')
  return Object.freeze({
    port: portOf(read('PORT', '5577')),
    host: read('HOST', '127.0.0.1'),
    dataDir: isAbsolute(dataDir) ? dataDir : resolve(folder, dataDir),
    origins: originsOf(read('MADANG_ORIGINS', '')),
    rateLimits: onOrOff('MADANG_RATE_LIMITS', read('MADANG_RATE_LIMITS', 'on')),
  })
}

function portOf(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw bad('PORT', text, 'a number from 0 to 65535')
  return port
}

function originsOf(text: string): readonly string[] {
  const origins = text.split(/\s+/).filter((origin) => origin !== '')
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw bad('MADANG_ORIGINS', origin, 'a scheme and a host, like https://chat.example.com')
    }
  }
  return origins
}

function onOrOff(name: keyof typeof settings, text: string): boolean {
  if (text !== 'on' && text !== 'off') throw bad(name, text, 'on or off')
  return text === 'on'
}

const bad = (name: string, value: string, wanted: string): MadangError =>
  new MadangError('bad_setting', `${name} is "${value}": it must be ${wanted}.`, { retryable: false })
