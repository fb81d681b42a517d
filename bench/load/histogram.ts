/** Counts durations and tells percentiles: 10 us steps up to 100 ms, then 1 ms steps up to 20 s. */

const fineSteps = 10_000
const coarseSteps = 20_000

export class Histogram {
  readonly #counts = new Int32Array(fineSteps + coarseSteps)
  #total = 0

  add(ms: number): void {
    const step = ms < 100 ? Math.max(0, (ms * 100) | 0) : fineSteps + Math.min(coarseSteps - 1, (ms - 100) | 0)
    this.#counts[step] = (this.#counts[step] ?? 0) + 1
    this.#total++
  }

  get total(): number {
    return this.#total
  }

  clear(): void {
    this.#counts.fill(0)
    this.#total = 0
  }

  /** The duration in ms that this share (0 to 1) stays at or below; NaN when nothing was counted. */
  percentileMs(share: number): number {
    if (this.#total === 0) return Number.NaN
    let left = Math.ceil(this.#total * share)
    for (const [step, count] of this.#counts.entries()) {
      left -= count
      if (left <= 0) return step < fineSteps ? (step + 1) / 100 : 101 + step - fineSteps
    }
    return Number.NaN
  }
}
