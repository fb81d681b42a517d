/** The rules that GUARANTEES.md states, and those that tests cite in their names. */

import { globSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { codes, root, tableRows } from './markdown.ts'

export type Cited = { readonly id: string; readonly file: string }

export type Stated = { readonly holds: boolean; readonly testedIn: readonly string[] }

/**
 * Rules by id. A row of a table that starts with an id states one: in **bold** it holds now; else it comes later. The last
 * cell says where it is tested.
 */
export function statedRules(text: string): ReadonlyMap<string, Stated> {
  const rules = new Map<string, Stated>()
  for (const cells of tableRows(text)) {
    const [, bold, id] = /^(\*\*)?([A-Z]\d+)(?:\*\*)?$/.exec(cells[0] ?? '') ?? []
    if (id !== undefined) rules.set(id, { holds: bold !== undefined, testedIn: codes(cells.at(-1)) })
  }
  return rules
}

/** Every bare id in brackets of a test's name, `[G3]` or `[S2 G3]`. Those with a word before (`[channels L4]`) are not ours. */
export function citedRules(): readonly Cited[] {
  const files = globSync(['{src,web,test,bench,tools}/**/*.{ts,tsx}'], { cwd: root }).map((file) =>
    file.split(sep).join('/'),
  )
  return files
    .filter((file) => /\.test\.tsx?$|\.conformance\.ts$|\/conformance\//.test(file))
    .flatMap((file) => {
      const names = readFileSync(join(root, file), 'utf8').matchAll(/^\s*(?:test|it)(?:\.\w+)*\(\s*['"`](\[[^\]]+\])/gm)
      return [...names].flatMap(([, ids = '']) =>
        /^\[[A-Z]\d+( [A-Z]\d+)*\]$/.test(ids)
          ? ids
              .slice(1, -1)
              .split(' ')
              .map((id) => ({ id: ruleOf(id, file), file }))
          : [],
      )
    })
}

/** The socket's tests cite the edge's rules with the letter S, which is the store's: see "At the edge" in GUARANTEES.md. */
const ruleOf = (id: string, file: string): string => (file.startsWith('src/realtime/') ? id.replace(/^S/, 'E') : id)
