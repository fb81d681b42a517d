/** Work that nobody awaits: its failure is reported, never lost and never an unhandled rejection. */

export type Report = (event: string, details: Readonly<Record<string, unknown>>) => void

export type Spawn = (name: string, work: () => Promise<void>) => void

export function spawner(report: Report): Spawn {
  return (name, work) => {
    work().catch((error: unknown) => report('background work failed', { name, error }))
  }
}
