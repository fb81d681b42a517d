/** Fakes of the hub's ports, for its tests: a connection that records, a layer that delivers at once, a log that is held. */

import type { Clock } from '../clock.ts'
import type { LayerMessage, LinkState } from '../layer/layer.ts'
import type { Random } from '../random.ts'
import { spawner } from '../spawn.ts'
import type { Connection } from './consumer.ts'
import { openFlusher } from './flusher.ts'
import { type Follower, type LogPage, type StreamEvent, type StreamLog, openHub } from './hub.ts'
import { toLayerMessage } from './stream-event.ts'
import { type HubOptions, hubDefaults } from './stream-home.ts'

export type FakeConnection = Connection & {
  /** The texts it was given, in order. */
  readonly texts: string[]
  /** How often it was given bytes. */
  readonly writes: () => number
  readonly stall: () => void
  readonly drain: () => void
  readonly disconnect: () => void
}

export function fakeConnection(number = 1): FakeConnection {
  const texts: string[] = []
  let listeners: (() => void)[] = []
  let isBehind = false
  let isOpen = true
  let writes = 0
  return {
    number,
    texts,
    writes: () => writes,
    send: (text) => {
      texts.push(text)
      return isOpen
    },
    sendFramed: (frames) => {
      writes++
      texts.push(...unframe(frames))
    },
    isBehind: () => isBehind,
    onceDrained: (listen) => void listeners.push(listen),
    close: () => {
      isOpen = false
    },
    isOpen: () => isOpen,
    stall: () => {
      isBehind = true
    },
    drain: () => {
      isBehind = false
      const now = listeners
      listeners = []
      for (const listen of now) listen()
    },
    disconnect: () => {
      isOpen = false
    },
  }
}

/** The texts of short and medium text frames. */
function unframe(frames: Uint8Array): string[] {
  const bytes = Buffer.from(frames)
  const texts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const short = bytes.readUInt8(at + 1)
    const start = at + (short === 126 ? 4 : 2)
    const end = start + (short === 126 ? bytes.readUInt16BE(at + 2) : short)
    texts.push(bytes.toString('utf8', start, end))
    at = end
  }
  return texts
}

/** Delivers within the call, to this process only; can be cut, delayed and refused by a test. */
function fakeLayer() {
  const groups = new Map<string, Set<(message: LayerMessage) => void>>()
  let tellLink: ((state: LinkState) => void) | null = null
  const layer = {
    subscriptions: 0,
    /** Awaited by each subscription. */
    answer: async (): Promise<void> => {},
    deliver(group: string, message: LayerMessage): void {
      for (const member of groups.get(group) ?? []) member(message)
    },
    setLink: (state: LinkState) => tellLink?.(state),
    members: (group: string) => groups.get(group)?.size ?? 0,
    async subscribe(group: string, deliver: (message: LayerMessage) => void): Promise<AsyncDisposable> {
      layer.subscriptions++
      await layer.answer()
      const members = groups.get(group) ?? new Set()
      groups.set(group, members.add(deliver))
      return { [Symbol.asyncDispose]: async () => void members.delete(deliver) }
    },
    onLink(listen: (state: LinkState) => void): Disposable {
      tellLink = listen
      listen('up')
      return { [Symbol.dispose]: () => (tellLink = null) }
    },
  }
  return layer
}

/** A log whose rows are their revs: the text of a page after 3 through 5 is `page 4-5`. */
function fakeLog() {
  const log = {
    headOf: new Map<string, number>(),
    pageMax: 1_000,
    tooFarBeyond: Infinity,
    reads: 0,
    headCalls: [] as (readonly string[])[],
    /** Who is dropped by which change. */
    drops: [] as { readonly rev: number; readonly owners: readonly string[] }[],
    /** Awaited by each reading before (`begin`) and after (`end`) it looks; tests hold or break them. */
    begin: async (): Promise<void> => {},
    end: async (): Promise<void> => {},
    head: (stream: string) => log.headOf.get(stream) ?? 0,
    async heads(streams: readonly string[]) {
      log.headCalls.push(streams)
      await log.begin()
      const heads = streams.map((stream) => log.headOf.get(stream) ?? null)
      await log.end()
      return heads
    },
    async read(stream: string, after: number): Promise<LogPage | { readonly is: 'too_far' }> {
      log.reads++
      await log.begin()
      const head = log.head(stream)
      const through = Math.min(head, after + log.pageMax)
      await log.end()
      if (head - after > log.tooFarBeyond) return { is: 'too_far' }
      const text = `page ${after + 1}-${through}`
      const drop = log.drops.filter(({ rev }) => rev > after && rev <= through).flatMap(({ owners }) => owners)
      return { is: 'page', text, through, isLast: through === head, drop, notes: { page: through } }
    },
  }
  return log satisfies StreamLog
}

/** A gate that a test opens: `wait` is held until then. */
export function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { wait: () => promise, open: () => resolve() }
}

/** Lets everything that is able to run do so, ends of ticks included. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** A hub on fakes, with the test's own clock. */
export function openFakedHub<Time extends Clock>(
  { clock, random }: { readonly clock: Time; readonly random: Random },
  options: Partial<HubOptions>,
) {
  const layer = fakeLayer()
  const log = fakeLog()
  const reports: string[] = []
  const report = (event: string, details: Readonly<Record<string, unknown>>) =>
    void reports.push(`${event} ${details['error'] instanceof Error ? details['error'].message : ''}`.trim())
  const flusher = openFlusher({ report })
  const deps = { layer, log, clock, random, spawn: spawner(report), report, flusher }
  const hub = openHub({ ...hubDefaults, ...options }, deps)

  /** Commits and announces the changes that follow the head. */
  function announce(stream: string, count = 1, more: Partial<StreamEvent> = {}): void {
    layer.deliver(stream, toLayerMessage(commit(stream, count, more)))
  }

  /** Commits and announces nothing: the event is returned, for the test to deliver when it likes. */
  function commit(stream: string, count = 1, more: Partial<StreamEvent> = {}): StreamEvent {
    const from = log.head(stream) + 1
    const to = from + count - 1
    log.headOf.set(stream, to)
    log.drops.push({ rev: from, owners: more.drop ?? [] })
    return { stream, from, to, text: `live ${from}-${to}`, drop: [], notes: { live: to }, ...more }
  }

  /** A follower that reads the fake log. */
  function follower(connection: Connection, more: Partial<Follower> = {}, stream = 'room.a') {
    const ends: string[] = []
    const made: Follower = {
      connection,
      owner: 'u1',
      read: async (after) => {
        await log.begin()
        const head = log.head(stream)
        const through = Math.min(head, after + log.pageMax)
        await log.end()
        return { is: 'page', texts: [`own ${after + 1}-${through}`], through, isLast: through === head }
      },
      ended: () => void ends.push('ended'),
      ...more,
    }
    return { follower: made, ends }
  }

  return { hub, clock, layer, log, reports, announce, commit, follower }
}

/** The rev that a reader of these texts has: contiguous from `after`, or null where something is missing. */
export function revOf(texts: readonly string[], after: number): number | null {
  let rev = after
  for (const text of texts) {
    const [, from = 0, to = 0] = (/ (\d+)-(\d+)$/.exec(text) ?? []).map(Number)
    if (from > rev + 1) return null
    rev = Math.max(rev, to)
  }
  return rev
}
