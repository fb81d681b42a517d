/** The lockfile installs the same bytes on every platform, from npm's registry alone, and runs nothing while it does. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

type Locked = {
  readonly resolved?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly optional?: boolean
  readonly devOptional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
}

const read = (file: string) => JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8'))
const lock: { readonly lockfileVersion: number; readonly packages: Readonly<Record<string, Locked>> } =
  read('package-lock.json')
const manifest: {
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
} = read('package.json')
const packages = Object.entries(lock.packages).filter(([path]) => path !== '')

const those = (is: (locked: Locked) => boolean): readonly string[] =>
  packages.filter(([, locked]) => is(locked)).map(([path]) => path)

test('every package has an integrity of sha512', () => {
  expect(lock.lockfileVersion).toBe(3)
  expect(those(({ integrity }) => integrity?.startsWith('sha512-') !== true)).toEqual([])
})

test("no package comes from anywhere but npm's registry", () => {
  expect(
    those(({ resolved }) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/')),
  ).toEqual([])
})

test('no package that must be installed is for one platform only', () => {
  expect(
    those(
      ({ os, cpu, optional, devOptional }) => (os ?? cpu) !== undefined && optional !== true && devOptional !== true,
    ),
  ).toEqual([])
})

test('no package runs a script when it is installed', () => {
  // fsevents: macOS only, optional, and ships its binary; npm marks it for the script it had once.
  const known = ['node_modules/fsevents', 'node_modules/playwright-core/node_modules/fsevents']
  expect(those(({ hasInstallScript }) => hasInstallScript === true).filter((path) => !known.includes(path))).toEqual([])
})

test('Node 26.10 is locked for every platform that we name', () => {
  const named = Object.keys(manifest.optionalDependencies)
  expect(named).toHaveLength(5)
  expect(named.filter((name) => lock.packages[`node_modules/${name}`] === undefined)).toEqual([])
})

test('versions are exact, and few are needed to run', () => {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
  expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(15)
})
