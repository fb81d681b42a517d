/** The `sh` blocks of the pages: their lines, and `curl` done without curl, which not every machine has. */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { blocks, pages, root } from './markdown.ts'

/** Every line of every `sh` block. */
export function shellLines(): readonly { readonly file: string; readonly line: string }[] {
  return pages()
    .flatMap(blocks)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ file, text }) => text.split('\n').map((line) => ({ file, line: line.trim() })))
    .filter(({ line }) => line !== '')
}

/** The answers, in order; throws at the first that is refused. `$TOKEN` and `$ROOM` are what the answers before named `secret` and `room`. */
export async function runCurl(url: string, lines: readonly string[]): Promise<readonly unknown[]> {
  const variables: Record<string, string> = {}
  const answers: unknown[] = []
  let cookies = ''
  for (const line of lines) {
    const curl = parseCurl(line.replaceAll('http://localhost:5577', new URL(url).origin), variables)
    const headers = { ...curl.headers, ...(curl.cookies === 'sent' ? { cookie: cookies } : {}) }
    const response = await fetch(curl.url, { method: curl.method, headers, body: curl.body })
    const text = await response.text()
    if (!response.ok) throw new Error(`${line}\n${response.status} ${text}`)
    if (curl.cookies === 'kept') cookies = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const answer: { secret?: string; room?: string } = text === '' ? {} : JSON.parse(text)
    if (answer.secret !== undefined) variables['TOKEN'] = answer.secret
    if (answer.room !== undefined) variables['ROOM'] = answer.room
    answers.push(answer)
  }
  return answers
}

/** Fills a data folder as README.md says. Gives what the command said. */
export function seed(dataDir: string): string {
  const env = { ...process.env, DATA_DIR: dataDir }
  const { stdout, status, stderr } = spawnSync(process.execPath, [join(root, 'bin/madang.ts'), 'seed'], {
    encoding: 'utf8',
    env,
  })
  if (status !== 0) throw new Error(`seed: ${stderr}`)
  return stdout
}

type Curl = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Cookies are kept (-c), or sent (-b). */
  readonly cookies: 'none' | 'kept' | 'sent'
}

/** A `curl` line as a request. Throws for an option that is not known here. @param variables for `$NAME` */
function parseCurl(line: string, variables: Readonly<Record<string, string>>): Curl {
  const [, ...words] = shellWords(line, variables)
  const curl = {
    method: '',
    url: '',
    headers: new Map<string, string>(),
    body: null as string | null,
    cookies: 'none' as Curl['cookies'],
  }
  while (words.length > 0) {
    const word = words.shift() ?? ''
    if (word === '-s') continue
    else if (word === '-X') curl.method = words.shift() ?? ''
    else if (word === '-d') curl.body = words.shift() ?? ''
    else if (word === '-c' || word === '-b') {
      curl.cookies = word === '-c' ? 'kept' : 'sent'
      words.shift()
    } else if (word === '-H') {
      const [name = '', ...value] = (words.shift() ?? '').split(':')
      curl.headers.set(name.toLowerCase(), value.join(':').trim())
    } else if (word.startsWith('-')) throw new Error(`curl ${word}: not known to test/docs/door.ts`)
    else curl.url = word
  }
  const method = curl.method || (curl.body === null ? 'GET' : 'POST')
  return { ...curl, method, headers: Object.fromEntries(curl.headers) }
}

/** Words as a shell makes them from plain, 'single' and "double" quoted text, with variables in all but the single. */
function shellWords(line: string, variables: Readonly<Record<string, string>>): string[] {
  const value = (text: string): string =>
    text.replaceAll(/\$(\w+)/g, (_, name: string) => {
      const known = variables[name]
      if (known === undefined) throw new Error(`$${name} is not set`)
      return known
    })
  const words: string[] = []
  for (const [word] of line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)) {
    const parts = word.match(/'[^']*'|"[^"]*"|[^'"]+/g) ?? []
    words.push(
      parts.map((part) => (part.startsWith("'") ? part.slice(1, -1) : value(part.replaceAll('"', '')))).join(''),
    )
  }
  return words
}
