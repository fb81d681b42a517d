#!/usr/bin/env node
/** The command line. */

import { settings } from '../src/config.ts'
import { MadangError } from '../src/madang-error.ts'
import { seed } from './seed.ts'
import { serve } from './serve.ts'

const commands: Readonly<Record<string, { readonly run: () => Promise<void>; readonly says: string }>> = {
  serve: { run: serve, says: 'serves the chat until it is stopped' },
  seed: { run: seed, says: 'makes a small world of people, rooms and messages in an empty data folder' },
  help: { run: help, says: 'shows this' },
}

const { run: command } = commands[process.argv[2] ?? 'serve'] ?? { run: help }
try {
  await command()
} catch (error) {
  if (!(error instanceof MadangError)) throw error
  // For the person who started it: what is wrong and what to do, on one line.
  console.error(error.message)
  process.exitCode = 1
}

async function help(): Promise<void> {
  console.log('Commands:')
  for (const [name, { says }] of Object.entries(commands)) console.log(`  madang ${name.padEnd(8)} ${says}`)
  console.log('\nSettings, from the environment:')
  for (const [name, says] of Object.entries(settings)) console.log(`  ${name.padEnd(20)} ${says}`)
}
