/** The runs in which messages flow: fan-out, saturated or paced, and sends that wait for their durable answers. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Crowd, type Seat } from './crowd.ts'
import { crowdOf, dialects, type Figures, type Job, roomName, tokenOf, type Work } from './job.ts'
import { Ledger, type Stream } from './ledger.ts'
import { type Stretch, startStopwatch } from './stopwatch.ts'
import { Histogram } from './histogram.ts'

type Traffic = Extract<Work, { readonly kind: 'saturated' | 'paced' | 'sends' | 'burst' }>

/** Who sits where, and who of them publishes: links by room, publishers first. */
type Plan = {
  readonly seats: readonly Seat[]
  readonly publishersPerRoom: number
  readonly readersPerRoom: number
  readonly publishers: readonly Stream[]
  readonly linkOf: (stream: Stream) => number
}

type Run = { readonly plan: Plan; readonly crowd: Crowd; readonly ledger: Ledger; isRunning: boolean }

const openInFlight = 100
const drainMsMax = 5_000
const pingEveryMs = 10

/** Warms up, measures for `seconds`, waits for what is under way, and tells what it saw. */
export async function runTraffic(job: Job, work: Traffic): Promise<Figures> {
  const dialect = dialects[job.dialect]
  const plan = work.kind === 'saturated' || work.kind === 'paced' ? planFanOut(work) : planSends(work)
  const { answersSends } = dialect
  const { publishersPerRoom, readersPerRoom, seats } = plan
  const size = { rooms: work.rooms, publishersPerRoom, readersPerRoom, links: seats.length, answersSends }
  const ledger = new Ledger(size)
  const crowd = new Crowd({ dialect, port: job.port, ledger })
  await crowd.open(seats, openInFlight)

  const run: Run = { plan, crowd, ledger, isRunning: true }
  const pings = new Histogram()
  const isProbed = work.kind === 'sends' || work.kind === 'burst'
  const efforts = [start(run, work), ...(isProbed ? [probe(run, pings)] : [])]
  await sleep(job.warmSeconds * 1000)
  ledger.clearFigures()
  pings.clear()
  const stop = startStopwatch(job.serverPid)
  await sleep(job.seconds * 1000)
  const stretch = stop()
  const figures = figuresOf(ledger, stretch, pings)
  run.isRunning = false
  await Promise.race([Promise.all(efforts), sleep(drainMsMax)])
  for (let waitedMs = 0; ledger.unfinished > 0 && waitedMs < drainMsMax; waitedMs += 20) await sleep(20)
  const { gap, repeat, wrongRoom, wrongSeq, refused } = ledger.faults
  const faults = { gap, repeat, wrongRoom, wrongSeq, refused, unfinished: ledger.unfinished, dead: crowd.dead.count }
  crowd.close()
  return { ...figures, ...faults }
}

function planFanOut(work: Extract<Traffic, { kind: 'saturated' | 'paced' }>): Plan {
  const publishersPerRoom = work.kind === 'saturated' ? work.window : 1
  const seats = Array.from({ length: work.rooms * work.members }, (_, link) =>
    seatOf(link, { room: Math.floor(link / work.members), isReader: true }),
  )
  const publishers = Array.from({ length: work.rooms * publishersPerRoom }, (_, i) => ({
    room: i % work.rooms,
    publisher: Math.floor(i / work.rooms),
  }))
  const linkOf = ({ room, publisher }: Stream): number => room * work.members + publisher
  return { seats, publishersPerRoom, readersPerRoom: work.members, publishers, linkOf }
}

function planSends(work: Extract<Traffic, { kind: 'sends' | 'burst' }>): Plan {
  const { rooms, members } = crowdOf(work)
  const seats = Array.from({ length: rooms * members }, (_, link) =>
    seatOf(link, { room: Math.floor(link / members), isReader: link % members === members - 1 }),
  )
  const publishers = Array.from({ length: work.senders }, (_, i) => ({
    room: i % rooms,
    publisher: Math.floor(i / rooms),
  }))
  const linkOf = ({ room, publisher }: Stream): number => room * members + publisher
  return { seats, publishersPerRoom: members - 1, readersPerRoom: 1, publishers, linkOf }
}

function seatOf(link: number, { room, isReader }: { readonly room: number; readonly isReader: boolean }): Seat {
  return { room: roomName(room), roomNumber: room, token: tokenOf(link), isReader, isCurrent: false }
}

/** Sets the publishers going; resolves when `isRunning` is false and the last one has noticed. */
async function start(run: Run, work: Traffic): Promise<void> {
  switch (work.kind) {
    case 'saturated':
      run.ledger.onFinished = (stream) => {
        if (run.isRunning) publish(run, stream, 1)
      }
      for (const stream of run.plan.publishers) publish(run, stream, 1)
      return
    case 'burst':
      startBursts(run, work.perFrame)
      return
    case 'paced':
      await pace(run, work.perSecond * work.rooms)
      return
    case 'sends':
      await pace(run, work.perSecond)
      return
    default:
      work satisfies never
  }
}

function startBursts(run: Run, perFrame: number): void {
  const unfinished = new Map<number, number>()
  run.ledger.onFinished = (stream) => {
    const link = run.plan.linkOf(stream)
    const left = (unfinished.get(link) ?? 0) - 1
    unfinished.set(link, left)
    if (left > 0 || !run.isRunning) return
    unfinished.set(link, perFrame)
    publish(run, stream, perFrame)
  }
  for (const stream of run.plan.publishers) {
    unfinished.set(run.plan.linkOf(stream), perFrame)
    publish(run, stream, perFrame)
  }
}

/** Open loop: the publishers in turn, evenly over the second, whether or not anything has come back. */
async function pace(run: Run, perSecond: number): Promise<void> {
  const { publishers } = run.plan
  const startMs = performance.now()
  for (let sent = 0; run.isRunning; await sleep(1)) {
    for (; sent < ((performance.now() - startMs) * perSecond) / 1000; sent++) {
      const stream = publishers[sent % publishers.length]
      if (stream !== undefined) publish(run, stream, 1)
    }
  }
}

function publish({ plan, crowd, ledger }: Run, stream: Stream, count: number): void {
  const nowMs = performance.now()
  const room = roomName(stream.room)
  const drafts = Array.from({ length: count }, () => ({ room, ...ledger.publish(stream, nowMs) }))
  crowd.submit(plan.linkOf(stream), ...drafts)
}

/** WebSocket pings on one reader's link: what they wait for is the server's event loop. */
async function probe(run: Run, pings: Histogram): Promise<void> {
  const reader = run.plan.seats.findIndex(({ isReader }) => isReader)
  while (run.isRunning) {
    pings.add(await run.crowd.ping(reader))
    await sleep(pingEveryMs)
  }
}

function figuresOf(ledger: Ledger, stretch: Stretch, pings: Histogram): Figures {
  const { deliveries, sends, answers, deliveryLatency, answerLatency } = ledger
  const cpuUs = (stretch.userMs + stretch.systemMs) * 1000
  return {
    deliveries,
    usPerDelivery: cpuUs / deliveries,
    userUsPerDelivery: (stretch.userMs * 1000) / deliveries,
    usPerSend: cpuUs / sends,
    deliveriesPerSecond: (deliveries * 1000) / stretch.wallMs,
    sendsPerSecond: (sends * 1000) / stretch.wallMs,
    answersPerSecond: (answers * 1000) / stretch.wallMs,
    deliveriesPerRead: deliveries / stretch.reads,
    bytesPerDelivery: stretch.readBytes / deliveries,
    deliveryP50Ms: deliveryLatency.percentileMs(0.5),
    deliveryP99Ms: deliveryLatency.percentileMs(0.99),
    answerP50Ms: answerLatency.percentileMs(0.5),
    answerP95Ms: answerLatency.percentileMs(0.95),
    answerP99Ms: answerLatency.percentileMs(0.99),
    pingP50Ms: pings.percentileMs(0.5),
    pingP99Ms: pings.percentileMs(0.99),
    serverBusyPercent: cpuUs / 10 / stretch.wallMs,
    clientBusyPercent: stretch.clientBusyPercent,
  }
}
