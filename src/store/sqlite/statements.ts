/** Prepared statements with types. */

import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

/** A record as its row has it: 1 and 0 for yes and no. */
export type Raw<Row> = { readonly [Column in keyof Row]: Row[Column] extends boolean ? 0 | 1 : Row[Column] }

export type Query<Row> = {
  readonly one: (...values: readonly SQLInputValue[]) => Raw<Row> | null
  readonly all: (...values: readonly SQLInputValue[]) => readonly Raw<Row>[]
}

/** A query whose columns are named as the row's properties. */
export function query<Row>(db: DatabaseSync, sql: string): Query<Row> {
  const statement = db.prepare(sql)
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the strict schema and the column names vouch for it
    one: (...values) => (statement.get(...values) as Raw<Row> | undefined) ?? null,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    all: (...values) => statement.all(...values) as unknown as readonly Raw<Row>[],
  }
}

/** A statement that changes rows; says how many. */
export function change(db: DatabaseSync, sql: string): (...values: readonly SQLInputValue[]) => number {
  const statement = db.prepare(sql)
  return (...values) => Number(statement.run(...values).changes)
}

/** The first `limit` of rows that were asked for with one more, and whether that is all there is. */
export function pageOf<Row>(
  rows: readonly Row[],
  limit: number,
): { readonly page: readonly Row[]; readonly isLast: boolean } {
  return rows.length > limit ? { page: rows.slice(0, limit), isLast: false } : { page: rows, isLast: true }
}
