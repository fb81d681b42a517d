/** Time as an argument. Only app.ts and bin/ pass the real one; tests pass one that they move by hand. */
export type Clock = {
  /** UTC milliseconds, for people. May jump. */
  readonly nowMs: () => number
  /** Never goes back, has no meaning outside this process; for leases, time-outs and rates. */
  readonly monotonicMs: () => number
  /** Resolves after `ms`, or at once when the signal aborts: the caller looks at the signal. */
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}
