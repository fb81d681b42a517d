/** What is measured: each scenario with who takes part, the work, and the columns of its table. */

import type { Work } from './load/job.ts'
import type { ServerName } from './servers/roster.ts'

/** Bare SQLite, by the rows of a transaction. */
export const controls = {
  'sqlite-1': { title: '1 a commit', rowsPerCommit: 1 },
  'sqlite-10': { title: '10 a commit', rowsPerCommit: 10 },
  'sqlite-100': { title: '100 a commit', rowsPerCommit: 100 },
} as const
export type ControlName = keyof typeof controls
export type Entrant = ServerName | ControlName

export const isControl = (entrant: Entrant): entrant is ControlName => entrant in controls

export type Column = {
  readonly title: string
  /** The name of the figure that is shown. */
  readonly figure: string
  readonly digits: number
  /** True: the lowest and the highest round are shown, too. */
  readonly hasRange?: boolean
}

export type Scenario = {
  readonly name: string
  readonly title: string
  readonly says: string
  readonly work: Work
  readonly entrants: readonly Entrant[]
  readonly columns: readonly Column[]
  /** The figure, less being better, by which the others are compared with Socket.IO. */
  readonly compared?: string
}

const all: readonly ServerName[] = ['madang', 'socketio', 'ws-loop', 'ws-prepared']

const fanOutColumns: readonly Column[] = [
  { title: 'us CPU/delivery', figure: 'usPerDelivery', digits: 2, hasRange: true },
  { title: 'of it user', figure: 'userUsPerDelivery', digits: 2 },
  { title: 'deliveries/s', figure: 'deliveriesPerSecond', digits: 0 },
  { title: 'p50 ms', figure: 'deliveryP50Ms', digits: 1 },
  { title: 'p99 ms', figure: 'deliveryP99Ms', digits: 1 },
  { title: 'deliveries/read', figure: 'deliveriesPerRead', digits: 2 },
  { title: 'bytes', figure: 'bytesPerDelivery', digits: 0 },
  { title: 'server busy %', figure: 'serverBusyPercent', digits: 0 },
  { title: 'client busy %', figure: 'clientBusyPercent', digits: 0 },
]
const sendColumns: readonly Column[] = [
  { title: 'answers/s', figure: 'answersPerSecond', digits: 0, hasRange: true },
  { title: 'us CPU/send', figure: 'usPerSend', digits: 1 },
  { title: 'answer p50 ms', figure: 'answerP50Ms', digits: 2 },
  { title: 'p95', figure: 'answerP95Ms', digits: 2 },
  { title: 'p99', figure: 'answerP99Ms', digits: 2 },
  { title: 'delivered p99 ms', figure: 'deliveryP99Ms', digits: 2 },
  { title: 'ping p50 ms', figure: 'pingP50Ms', digits: 2 },
  { title: 'ping p99 ms', figure: 'pingP99Ms', digits: 2 },
  { title: 'server busy %', figure: 'serverBusyPercent', digits: 0 },
]
const pingSays = 'Ping: a WebSocket ping on a reader’s link, which waits for the server’s event loop.'

export const scenarios: readonly Scenario[] = [
  {
    name: 'fan-out-4',
    title: 'Fan-out, saturated, 4 unfinished messages a room',
    says: '10 rooms of 100 readers, 128-byte bodies; 4 of them send again as soon as all 100 have their last message.',
    work: { kind: 'saturated', rooms: 10, members: 100, window: 4 },
    entrants: all,
    columns: fanOutColumns,
    compared: 'usPerDelivery',
  },
  {
    name: 'fan-out-16',
    title: 'Fan-out, saturated, 16 unfinished messages a room',
    says: 'The same with 16 senders a room.',
    work: { kind: 'saturated', rooms: 10, members: 100, window: 16 },
    entrants: all,
    columns: fanOutColumns,
    compared: 'usPerDelivery',
  },
  {
    name: 'paced',
    title: 'Fan-out, paced',
    says: '10 rooms of 100 readers, one sender a room, 20 messages a second each: nothing to coalesce.',
    work: { kind: 'paced', rooms: 10, members: 100, perSecond: 20 },
    entrants: all,
    columns: fanOutColumns,
    compared: 'usPerDelivery',
  },
  {
    name: 'send',
    title: 'Durable sends at 4 000 a second',
    says: `64 senders over 10 rooms with one reader each, open loop. ${pingSays}`,
    work: { kind: 'sends', rooms: 10, senders: 64, perSecond: 4_000 },
    entrants: ['madang'],
    columns: sendColumns,
  },
  {
    name: 'send-max',
    title: 'Durable sends, as many as it takes',
    says: `64 senders over 10 rooms, each with one frame of 10 sends unanswered. ${pingSays}`,
    work: { kind: 'burst', rooms: 10, senders: 64, perFrame: 10 },
    entrants: ['madang'],
    columns: sendColumns,
  },
  {
    name: 'sqlite',
    title: 'Control: inserts into a bare SQLite',
    says: 'One process, `node:sqlite`, WAL, synchronous=FULL; transactions of 1, 10 and 100 rows, one after the other.',
    work: { kind: 'idle', rooms: 0, members: 0, settleSeconds: 0 },
    entrants: ['sqlite-1', 'sqlite-10', 'sqlite-100'],
    columns: [
      { title: 'rows/s', figure: 'sendsPerSecond', digits: 0, hasRange: true },
      { title: 'us CPU/row', figure: 'usPerSend', digits: 1 },
      { title: 'commit p50 ms', figure: 'answerP50Ms', digits: 2 },
      { title: 'p99 ms', figure: 'answerP99Ms', digits: 2 },
    ],
  },
  {
    name: 'ack',
    title: 'Answer of an idle server',
    says: 'One sender, one message every 50 ms, one reader.',
    work: { kind: 'sends', rooms: 1, senders: 1, perSecond: 20 },
    entrants: ['madang'],
    columns: [
      { title: 'answer p50 ms', figure: 'answerP50Ms', digits: 2, hasRange: true },
      { title: 'p99', figure: 'answerP99Ms', digits: 2 },
      { title: 'delivered p50 ms', figure: 'deliveryP50Ms', digits: 2 },
      { title: 'p99', figure: 'deliveryP99Ms', digits: 2 },
      { title: 'us CPU/send', figure: 'usPerSend', digits: 0 },
    ],
  },
  {
    name: 'idle',
    title: 'Memory of idle connections',
    says: '10 000 connections, signed in where there is such a thing, in 100 rooms of 100. Resident memory of the server.',
    work: { kind: 'idle', rooms: 100, members: 100, settleSeconds: 2 },
    entrants: all,
    columns: [
      { title: 'KB/connection', figure: 'rssKbPerLink', digits: 1, hasRange: true },
      { title: 'idle CPU %', figure: 'idleBusyPercent', digits: 1 },
    ],
    compared: 'rssKbPerLink',
  },
  {
    name: 'connect',
    title: 'Connecting',
    says: '3 000 connections, 200 at a time: upgrade, sign in where there is such a thing, join a room that is known already.',
    work: { kind: 'connect', rooms: 30, members: 100 },
    entrants: all,
    columns: [
      { title: 'us CPU/connection', figure: 'usPerLink', digits: 0, hasRange: true },
      { title: 'of it user', figure: 'userUsPerLink', digits: 0 },
      { title: 'connections/s', figure: 'linksPerSecond', digits: 0 },
      { title: 'client busy %', figure: 'clientBusyPercent', digits: 0 },
    ],
    compared: 'usPerLink',
  },
]
