/** What a stretch of a run cost: wall time, the server's CPU and memory, and how busy the load client itself was. */

import { readUsage } from '../process-usage.ts'
import { readCount } from './link.ts'

export type Stretch = {
  readonly wallMs: number
  readonly userMs: number
  readonly systemMs: number
  readonly rssKb: number
  /** CPU of the load client by wall time: at 100 % it is the client that was measured, not the server. */
  readonly clientBusyPercent: number
  readonly reads: number
  readonly readBytes: number
}

/** Starts to measure; what it gives is called at the end. */
export function startStopwatch(serverPid: number): () => Stretch {
  const before = readUsage(serverPid)
  const { reads, bytes } = readCount
  const clientBefore = process.cpuUsage()
  const startMs = performance.now()
  return () => {
    const wallMs = performance.now() - startMs
    const client = process.cpuUsage(clientBefore)
    const after = readUsage(serverPid)
    return {
      wallMs,
      userMs: after.userMs - before.userMs,
      systemMs: after.systemMs - before.systemMs,
      rssKb: after.rssKb - before.rssKb,
      clientBusyPercent: (client.user + client.system) / 10 / wallMs,
      reads: readCount.reads - reads,
      readBytes: readCount.bytes - bytes,
    }
  }
}
