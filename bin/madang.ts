#!/usr/bin/env node
/** The command line. Each command is loaded when it is asked for, so that `serve` starts with what it needs alone. */

import { settings } from '../src/config.ts'
import { MadangError } from '../src/madang-error.ts'

type Command = { readonly run: (args: readonly string[]) => Promise<void>; readonly says: string }

const commands: Readonly<Record<string, Command>> = {
  serve: {
    run: async () => (await import('./serve.ts')).serve(),
    says: 'serves the chat until it is stopped',
  },
  seed: {
    run: async () => (await import('./seed.ts')).seed(),
    says: 'makes a small world of people, rooms and messages in an empty data folder',
  },
  flood: {
    run: async (args) => (await import('./flood.ts')).flood(args),
    says: 'makes load in a room of a running server; says how when called without options',
  },
  help: { run: help, says: 'shows this' },
}

const [name = 'serve', ...args] = process.argv.slice(2)
try {
  await (commands[name]?.run ?? help)(args)
} catch (error) {
  if (!(error instanceof MadangError)) throw error
  // For the person who started it: what is wrong and what to do, on one line.
  console.error(error.message)
  process.exitCode = 1
}

async function help(): Promise<void> {
  console.log('Commands:')
  for (const [command, { says }] of Object.entries(commands)) console.log(`  madang ${command.padEnd(8)} ${says}`)
  console.log('\nSettings, from the environment:')
  for (const [setting, says] of Object.entries(settings)) console.log(`  ${setting.padEnd(20)} ${says}`)
}
