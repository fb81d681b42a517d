/** A deliberate fault, and what has to notice it. */

export type Mutant = {
  /** The promise that it breaks. */
  readonly rule: string
  readonly file: string
  /** Must be there exactly once. */
  readonly from: string
  readonly to: string
  /** The fastest to notice it: a world of the simulation (when that has changed, others are tried, too), or a test file. */
  readonly noticedBy: { readonly seed: number } | { readonly test: string }
}
