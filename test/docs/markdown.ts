/** The project's Markdown, as the tests of the documents read it: sections, tables, code blocks, links. */

import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'

export type Page = { readonly file: string; readonly text: string }

export type Block = { readonly file: string; readonly line: number; readonly language: string; readonly text: string }

export const root = join(import.meta.dirname, '../..')

export const read = (file: string): string => readFileSync(join(root, file), 'utf8')

/** Every page that we wrote, with its path from the root. */
export function pages(): readonly Page[] {
  return globSync(['*.md', '{docs,examples,bench,deploy,src,web,test}/**/*.md'], { cwd: root })
    .map((file) => file.split(sep).join('/'))
    .toSorted()
    .map((file) => ({ file, text: read(file) }))
}

/** Fenced code, with the word behind the fence. */
export function blocks({ file, text }: Page): readonly Block[] {
  const found: Block[] = []
  let open: { line: number; language: string; lines: string[] } | null = null
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(\S*)/.exec(line)
    if (open === null) {
      if (fence !== null) open = { line: index + 1, language: fence[1] ?? '', lines: [] }
    } else if (fence === null) {
      open.lines.push(line)
    } else {
      found.push({ file, line: open.line, language: open.language, text: open.lines.join('\n') })
      open = null
    }
  }
  return found
}

const withoutBlocks = (text: string): string => text.replaceAll(/^```[\s\S]*?^```$/gm, '')

/** Targets of links and images, as written; not those in code. */
export function links({ text }: Page): readonly string[] {
  const prose = withoutBlocks(text).replaceAll(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? [])
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors(text: string): ReadonlySet<string> {
  const found = new Set<string>()
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#+ (.+)$/gm)) {
    const plain = heading.replaceAll(/[`*[\]]/g, '').toLowerCase()
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '').replaceAll(' ', '-')
    let unique = anchor
    for (let copy = 1; found.has(unique); copy++) unique = `${anchor}-${copy}`
    found.add(unique)
  }
  return found
}

/** The text of a section, with the sections below it. Throws when there is none. */
export function section(text: string, heading: string): string {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (start < 0) throw new Error(`no section "${heading}"`)
  const depth = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 1
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => (/^#+(?= )/.exec(line)?.[0].length ?? 99) <= depth)
  return (end < 0 ? rest : rest.slice(0, end)).join('\n')
}

/** The rows of the tables of a text, cell by cell, without their heads. */
export function tableRows(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n')
  return lines.flatMap((line, index) => {
    if (!line.startsWith('|') || /^\|[-| :]+\|$/.test(line) || /^\|[-| :]+\|$/.test(lines[index + 1] ?? '')) return []
    return [
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    ]
  })
}

/** The pieces of `code` in a cell. */
export const codes = (cell: string | undefined): readonly string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].flatMap(([, code]) => code ?? [])
