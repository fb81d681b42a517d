/** The documents say what the code does, no less and no more. */

import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, sep } from 'node:path'
import { describe, expect, test } from 'vitest'
import { settings } from '../src/config.ts'
import { Refusal } from '../src/protocol/check.ts'
import { closeAdvice, closeCodes } from '../src/protocol/close-codes.ts'
import { guestCommandChecks, ownCommandChecks, roomCommandChecks } from '../src/protocol/commands.ts'
import { errorCodes } from '../src/protocol/errors.ts'
import { checkClientFrame } from '../src/protocol/frames.ts'
import { limits } from '../src/protocol/limits.ts'
import { checkQuery } from '../src/protocol/queries.ts'
import { anchors, blocks, codes, links, pages, read, root, section, tableRows } from './docs/markdown.ts'
import { citedRules, statedRules } from './docs/rules.ts'
import { fields, frameFields, typeBody } from './docs/source.ts'
import { runCurl, seed, shellLines } from './docs/shell.ts'
import { openServer } from './server.ts'

const protocol = read('PROTOCOL.md')

/** Pages of the project that a test elsewhere makes. */
const madeByTests = ['docs/screenshot.png']

const sorted = (values: Iterable<string>): readonly string[] => [...values].toSorted()

describe('links and paths', () => {
  test('every relative link leads to a file that is there, and to a heading that is in it', () => {
    const wrong: string[] = []
    for (const page of pages()) {
      for (const target of links(page)) {
        if (/^[a-z]+:/.test(target)) continue
        const [path = '', anchor] = target.split('#')
        const file = path === '' ? page.file : normalize(join(dirname(page.file), path))
        const isThere = existsSync(join(root, file)) || madeByTests.includes(file)
        if (!isThere) wrong.push(`${page.file}: ${target} is not there`)
        else if (anchor !== undefined && !anchors(read(file)).has(decodeURIComponent(anchor))) {
          wrong.push(`${page.file}: ${target} has no such heading`)
        }
      }
    }
    expect(wrong).toEqual([])
  })

  test('every path in `code` is there', () => {
    const wrong: string[] = []
    for (const { file, text } of pages()) {
      for (const code of new Set(codes(text))) {
        const isPath = /^(bin|bench|docs|examples|src|test|tools|web)\/[\w./-]+$/.test(code)
        if (isPath && !existsSync(join(root, code))) wrong.push(`${file}: ${code}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test('ARCHITECTURE.md says what each folder of src is, and no folder that is not there', () => {
    const rows = tableRows(section(read('ARCHITECTURE.md'), 'Folders'))
    const named = rows.flatMap(([cell]) => codes(cell))
    const folders = globSync('src/*/', { cwd: root }).map((folder) => folder.split(sep).join('/').replace(/\/$/, ''))
    expect(sorted(named.filter((name) => name.startsWith('src/')))).toEqual(sorted(folders))
    expect(named.filter((name) => !existsSync(join(root, name)))).toEqual([])
  })

  test('ARCHITECTURE.md names the imports that test/boundaries.test.ts allows', () => {
    const allowed = new Map<string, readonly string[]>()
    const table = /mayImport[^=]*= \{([\s\S]*?)\n\}/.exec(read('test/boundaries.test.ts'))?.[1] ?? ''
    for (const [, folder = '', list = ''] of table.matchAll(/^ {2}'?([\w/]+)'?: \[(.*)\],$/gm)) {
      allowed.set(folder, sorted([...list.matchAll(/'([^']+)'/g)].flatMap(([, name]) => name ?? [])))
    }
    const stated = tableRows(section(read('ARCHITECTURE.md'), 'Imports')).map(
      ([folder, list]): [string, readonly string[]] => [codes(folder)[0] ?? '', sorted(codes(list))],
    )
    expect(allowed.size).toBeGreaterThan(5)
    expect(new Map(stated)).toEqual(allowed)
  })
})

describe('PROTOCOL.md', () => {
  test('names every error code, with whether it is temporary and its HTTP status, and no other', () => {
    const stated = tableRows(section(protocol, 'Errors')).map(([code, temporary, status]) => [
      codes(code)[0],
      temporary,
      status,
    ])
    const actual = Object.entries(errorCodes).map(([code, { temporary, status }]) => [
      code,
      temporary ? 'yes' : 'no',
      String(status),
    ])
    expect(stated).toEqual(actual)
  })

  test('names every close code with its number, in the band that tells what to do, and no other', () => {
    const stated = tableRows(section(protocol, 'Close codes')).map(([code, name]) => [codes(name)[0], Number(code)])
    expect(stated).toEqual(Object.entries(closeCodes))
    const bands = { 4000: 'give up', 4100: 'sign in', 4200: 'back off', 4300: 'reconnect' }
    for (const [first, advice] of Object.entries(bands)) {
      expect(section(protocol, 'Close codes')).toContain(`**${first}-${Number(first) + 99}: ${advice}`)
      expect(closeAdvice(Number(first) + 99)).toBe(advice.replace(' ', '_'))
    }
  })

  test('names every limit with its value, and no other', () => {
    const stated = tableRows(section(protocol, 'Limits')).map(([name, value]) => [codes(name)[0], Number(value)])
    expect(stated).toEqual(Object.entries(limits))
  })

  test('names every frame of a client with its fields, and no other', () => {
    const union = frameFields(typeBody(read('src/protocol/frames.ts'), 'ClientFrame'))
    const refused = checkClientFrame({ type: '' })
    const known = refused instanceof Refusal ? refused.message.replace('must be one of: ', '').split(', ') : []
    expect(sorted(known)).toEqual(sorted(union.keys()))
    expect(statedFields('Frames the client sends')).toEqual(inOrder(union))
  })

  test('names every frame of the server with its fields, and no other', () => {
    const source = read('src/protocol/frames.ts')
    const snapshot = fields(typeBody(source, 'Snapshot')).map(({ name }) => name)
    const expected = new Map(frameFields(typeBody(source, 'ServerFrame')))
    expected.set('snapshot', snapshot).set('reply', ['re', 'ok?', 'error?'])
    expect(statedFields('Frames the server sends')).toEqual(inOrder(expected))
  })

  test('names every row with its fields, and no other', () => {
    const source = read('src/protocol/rows.ts')
    const expected = new Map<string, readonly string[]>()
    for (const name of [
      'MessageRow',
      'ReactionRow',
      'MemberRow',
      'SettingsRow',
      'MembershipRow',
      'ProfileRow',
      'SessionRow',
    ]) {
      const [kind, ...others] = fields(typeBody(source, name))
      expected.set(kind?.type.replaceAll("'", '') ?? '', sorted(others.map(({ name: field }) => field)))
    }
    const stated = tableRows(section(protocol, 'Rows')).map(([kind, , names]): [string, readonly string[]] => [
      codes(kind)[0] ?? '',
      sorted(codes(names)),
    ])
    expect(inOrder(new Map(stated))).toEqual(inOrder(expected))
  })

  test('names every command with its input and output, and no other', () => {
    const names = [roomCommandChecks, ownCommandChecks, guestCommandChecks].flatMap((checks) => Object.keys(checks))
    const source = read('src/protocol/commands.ts')
    const inputs = new Map(['RoomInputs', 'OwnInputs', 'GuestInputs'].flatMap((name) => fieldsOfMembers(source, name)))
    const outputs = new Map(fieldsOfMembers(source, 'CommandOutputs'))
    const rows = tableRows(section(protocol, 'Commands'))
    expect(rows.map(([name]) => codes(name)[0])).toEqual(names)
    for (const [name, input, output] of rows) {
      const cmd = codes(name)[0] ?? ''
      expect({ cmd, fields: sorted(codes(input)) }).toEqual({ cmd, fields: inputs.get(cmd) })
      expect({ cmd, fields: sorted(codes(output)) }).toEqual({ cmd, fields: outputs.get(cmd) })
    }
  })

  test('names every query with its input and output, and no other', () => {
    const refused = checkQuery({ query: '' })
    const known = refused instanceof Refusal ? refused.message.replace('must be one of: ', '').split(', ') : []
    const source = read('src/protocol/queries.ts')
    const inputs = new Map(fieldsOfMembers(source, 'QueryInputs'))
    const outputs = new Map(fieldsOfMembers(source, 'QueryOutputs'))
    outputs.set('history', sorted(fields(typeBody(source, 'HistoryPage')).map(({ name }) => name)))
    const rows = tableRows(section(protocol, 'Queries'))
    expect(rows.map(([name]) => codes(name)[0])).toEqual(known)
    for (const [name, input, output] of rows) {
      const query = codes(name)[0] ?? ''
      expect({ query, fields: sorted(codes(input)) }).toEqual({ query, fields: inputs.get(query) })
      expect({ query, fields: sorted(codes(output)) }).toEqual({ query, fields: outputs.get(query) })
    }
  })

  test('names every path of the HTTP API, and no other', () => {
    const stated = tableRows(section(protocol, 'HTTP API')).flatMap(([cell]) =>
      codes(cell).map((code) => code.replace(/^(GET|POST) /, '')),
    )
    const source = read('src/chat/api.ts')
    const routes = [...source.matchAll(/app\.(?:get|post)\('([^']+)'/g)].flatMap(([, path]) => path ?? [])
    const guests = [...source.matchAll(/^ {2}'(\/[\w-]+)': '\w+',$/gm)].flatMap(([, path]) => path ?? [])
    expect(sorted(stated)).toEqual(sorted([...routes, ...guests].map((path) => `/api${path}`).concat('/healthz')))
  })
})

describe('settings and commands', () => {
  test('README.md names every setting, and no other', () => {
    const stated = tableRows(section(read('README.md'), 'Settings')).flatMap(([cell]) => codes(cell))
    expect(stated).toEqual(Object.keys(settings))
  })

  test('every line of a `sh` block is one that is known here, and its script is there', () => {
    const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(read('package.json'))
    const help = spawnSync(process.execPath, [join(root, 'bin/madang.ts'), 'help'], { encoding: 'utf8' }).stdout
    const wrong = shellLines().filter(({ line }) => {
      const [, run] = /^npm (?:run )?([\w:-]+)(?: -- .*)?$/.exec(line) ?? []
      if (run === 'install' || run === 'ci') return false
      if (run !== undefined) return scripts[run] === undefined
      const [, script] = /^node_modules\/\.bin\/node bin\/madang\.ts (\w+)$/.exec(line) ?? []
      if (script !== undefined) return !help.includes(`madang ${script} `)
      const [, tool] = /^node_modules\/\.bin\/(\w+)( |$)/.exec(line) ?? []
      if (tool !== undefined) return !existsSync(join(root, 'node_modules/.bin', tool))
      return !line.startsWith('curl ')
    })
    expect(wrong).toEqual([])
  })

  test('the seeded world is the one that README.md describes, and the curl lines of both pages work in it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'madang-docs-'))
    try {
      const said = seed(dataDir)
      const [, names = '', password = ''] = /Sign in as ([^;]+); the password of all is (\S+)/.exec(said) ?? []
      const stated = codes(/^Sign in as .*$/m.exec(read('README.md'))?.[0])
      expect(stated).toEqual([...names.split(', '), password])
      await using server = await openServer({ dataDir })
      for (const file of ['README.md', 'PROTOCOL.md']) {
        const lines = shellLines().filter((each) => each.file === file && each.line.startsWith('curl '))
        expect(lines.length).toBeGreaterThanOrEqual(4)
        expect(
          await runCurl(
            server.url,
            lines.map(({ line }) => line),
          ),
        ).toContainEqual({ seq: 1 })
      }
    } finally {
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  test('blocks of TypeScript are only where examples of style are: nothing else goes unrun', () => {
    const unrun = pages()
      .flatMap(blocks)
      .filter(({ language, file }) => /^(ts|js|tsx|jsx)$/.test(language) && file !== 'STYLE.md')
    expect(unrun).toEqual([])
  })
})

describe('GUARANTEES.md', () => {
  const stated = statedRules(read('GUARANTEES.md'))
  const cited = citedRules()

  test('has every rule that a test cites', () => {
    const unknown = cited.filter(({ id }) => !stated.has(id)).map(({ id, file }) => `${id} in ${file}`)
    expect(unknown).toEqual([])
  })

  test('promises nothing that no test cites', () => {
    const tested = new Set(cited.map(({ id }) => id))
    const untested = [...stated].filter(([id, { holds }]) => holds && !tested.has(id)).map(([id]) => id)
    expect(untested).toEqual([])
  })

  test('says truly where each rule is tested', () => {
    const wrong = [...stated].flatMap(([id, { testedIn }]) =>
      testedIn
        .filter((path) => !cited.some((each) => each.id === id && each.file.startsWith(path)))
        .map((path) => `${id}: ${path}`),
    )
    expect(wrong).toEqual([])
  })

  test('names every rule of the store as the store does', () => {
    const rules = [...read('src/store/store.conformance.ts').matchAll(/^ \* (S\d+) /gm)].flatMap(([, id]) => id ?? [])
    expect([...stated.keys()].filter((id) => id.startsWith('S'))).toEqual(rules)
  })
})

function inOrder(map: ReadonlyMap<string, readonly string[]>): readonly (readonly [string, readonly string[]])[] {
  return [...map].map(([name, list]) => [name, sorted(list)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** Of a type whose members are objects: each member with the names of its fields, sorted. */
function fieldsOfMembers(source: string, name: string): readonly (readonly [string, readonly string[]])[] {
  return fields(typeBody(source, name)).map(
    (member) => [member.name, sorted(fields(member.type).map((field) => field.name))] as const,
  )
}

function statedFields(heading: string): readonly (readonly [string, readonly string[]])[] {
  const rows = tableRows(section(protocol, heading))
  return inOrder(new Map(rows.map(([type, names]) => [codes(type)[0] ?? '', sorted(codes(names))])))
}
