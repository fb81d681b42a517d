/** A value worked out when it is asked for, and the same object until it is `stale`. */
export type Memo<T> = { readonly get: () => T; readonly stale: () => void }

export function memo<T>(compute: () => T): Memo<T> {
  let held: { readonly value: T } | null = null
  return {
    get: () => (held ??= { value: compute() }).value,
    stale() {
      held = null
    },
  }
}
