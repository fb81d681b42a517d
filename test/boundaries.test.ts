/** LAYOUT in ARCHITECTURE.md says which folder may import which. This says it to the computer. */

import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Folder → the folders it may import besides itself. Files at the root of src (clock, unreachable …) are open to all. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'src/protocol': [],
  'src/client': ['src/protocol'],
  'src/layer': [],
  'src/queue': [],
  'src/store': ['src/protocol'],
  'src/http': [],
  'src/realtime': ['src/layer', 'src/protocol'],
  'src/chat': ['src/protocol', 'src/layer', 'src/queue', 'src/store', 'src/realtime', 'src/http'],
  'src/testing': ['src/layer', 'src/queue', 'src/store', 'src/protocol'],
  web: ['src/client', 'src/protocol'],
}

/** From outside, a port's folder is its port: adapters are named by app.ts and by tests alone. */
const ports: Readonly<Record<string, readonly string[]>> = {
  'src/layer': ['src/layer/layer.ts'],
  'src/queue': ['src/queue/commands.ts'],
  'src/store': ['src/store/store.ts', 'src/store/records.ts'],
}

/** The root files that are for the server only. */
const serverOnly = ['src/app.ts', 'src/config.ts', 'src/log.ts', 'src/server-key.ts']

const sources = globSync(['src/**/*.ts', 'web/**/*.{ts,tsx}'], { cwd: root })
  .map((file) => file.split(sep).join('/'))
  .filter(
    (file) =>
      !/\.(test|conformance)\.tsx?$/.test(file) &&
      !file.includes('/conformance/') &&
      !/^src\/\w+\/testing\//.test(file),
  )

const read = (file: string): string => readFileSync(join(root, file), 'utf8')
const folderOf = (file: string): string =>
  file.startsWith('web/')
    ? 'web'
    : file
        .split('/')
        .slice(0, file.split('/').length > 2 ? 2 : 1)
        .join('/')

function importsOf(file: string): readonly string[] {
  const relativeImports = read(file).matchAll(/(?:from|import|import\()\s*'(\.{1,2}\/[^']+)'/g)
  return [...relativeImports].map(([, target]) =>
    relative(root, join(root, dirname(file), target ?? ''))
      .split(sep)
      .join('/'),
  )
}

test('imports point one way, and only at ports', () => {
  const wrong: string[] = []
  for (const file of sources) {
    const folder = folderOf(file)
    if (folder === 'src') continue
    const allowed = mayImport[folder]
    if (allowed === undefined) wrong.push(`${file}: give ${folder} a line in mayImport`)
    for (const target of importsOf(file)) {
      const into = folderOf(target)
      if (into === folder) continue
      if (into === 'src' ? serverOnly.includes(target) : allowed?.includes(into) !== true)
        wrong.push(`${file} → ${target}`)
      else if (ports[into]?.includes(target) === false && folder !== 'src/testing')
        wrong.push(`${file} → ${target} (not the port)`)
    }
  }
  expect(wrong).toEqual([])
})

test('only app.ts reads the clock, chance, the environment or the console', () => {
  const impure =
    /\b(Date\.now|new Date\(\)|Math\.random|randomUUID|process\.env|console\.|(?<!\.)setTimeout|(?<!\.)setInterval)/
  const wrong = sources
    .filter((file) => file.startsWith('src/') && file !== 'src/app.ts')
    .flatMap((file) => {
      const found = impure.exec(read(file))
      return found === null ? [] : [`${file}: ${found[0]}`]
    })
  expect(wrong).toEqual([])
})
