/** A small world from one seed: a few people with their pages, a few processes, one store, one layer, one queue. */

import { hashToken, openSecrets } from '../../src/chat/secrets.ts'
import { batchHandler } from '../../src/chat/worker.ts'
import { openMemoryLayer } from '../../src/layer/memory.ts'
import { type RoomId, commandId, rev, sessionId, userId } from '../../src/protocol/ids.ts'
import { createEngine, type Engine } from '../../src/store/sqlite/engine.ts'
import { openDatabase } from '../../src/store/sqlite/folder.ts'
import { sessionRecord, userRecord } from '../../src/store/conformance/world.ts'
import { Device, type Person } from './device.ts'
import { type Dice, openDice } from './dice.ts'
import { Life } from './life.ts'
import { FakeLink } from './link.ts'
import { Process } from './process.ts'
import { Broker } from './queue.ts'
import { Scheduler } from './scheduler.ts'
import { directly, storeFor } from './store.ts'
import { Injected, Trouble } from './trouble.ts'
import { Truth } from './truth.ts'
import { Watch } from './watch.ts'
import type { Base } from './world-base.ts'

/** A promise that was broken, with what led to it. */
export class Broken extends Error {}

const traceMax = Number(process.env['TRACE'] ?? 60)
const tables = [
  ...['server', 'users', 'sessions', 'tokens', 'rooms', 'members', 'messages'],
  ...['reactions', 'mentions', 'outcomes', 'invites', 'resets'],
]

/** One engine for all worlds of a process: preparing its statements takes longer than a world's first seconds. */
let kept: { readonly engine: Engine; readonly clear: () => void } | null = null
function emptyEngine(): Engine {
  if (kept === null) {
    const { db } = openDatabase(':memory:')
    const clear = [
      ...tables.filter((table) => table !== 'server').map((table) => `delete from ${table}`),
      `update server set name = '', open_sign_up = 0, last_rev = 0`,
    ].join(';')
    kept = { engine: createEngine(db), clear: () => db.exec(`begin; ${clear}; commit`) }
  }
  kept.clear()
  return kept.engine
}

export class World implements Base {
  readonly scheduler = new Scheduler()
  readonly dice: Dice
  readonly trouble: Trouble
  readonly engine = emptyEngine()
  readonly truth: Truth
  readonly watch: Watch
  readonly outage = { store: false, queue: false }
  readonly people: Person[] = []
  readonly devices: Device[] = []
  readonly processes: Process[] = []
  readonly broker: Broker
  readonly secrets = openSecrets(new Uint8Array(32))
  readonly #sharedLayer = openMemoryLayer(
    {},
    { clock: this.scheduler.clockOf(new Life()), report: (...of) => this.report(...of) },
  )
  readonly #isTraced: boolean
  readonly #trace: string[] = []
  #ids = 0
  #links = 0
  #failure: Broken | null = null

  /** @param isTraced remembers what happened, which takes time; a world that failed runs once more with it */
  constructor(seed: number, isTraced: boolean) {
    this.#isTraced = isTraced
    this.dice = openDice(seed)
    this.trouble = new Trouble(this.dice, this.dice.pick([0.1, 0.3, 0.6, 1]) ?? 1)
    this.truth = new Truth(() => this.scheduler.nowMs, this.broken)
    this.watch = new Watch(this)
    this.broker = new Broker(this)
  }

  readonly newId = (): string => `i${++this.#ids}`

  readonly trace = (line: () => string): void => {
    if (!this.#isTraced) return
    this.#trace.push(`${String(Math.round(this.scheduler.nowMs)).padStart(6)} ${line()}`)
    if (this.#trace.length > 2 * traceMax) this.#trace.splice(0, traceMax)
  }

  readonly broken = (rule: string, says: string): void => {
    this.trace(() => `BROKEN [${rule}] ${says}`)
    this.#failure ??= new Broken(`[${rule}] ${says}\n${this.#trace.slice(-traceMax).join('\n')}`)
  }

  get hasFailed(): boolean {
    return this.#failure !== null
  }

  throwIfBroken(): void {
    if (this.#failure !== null) throw this.#failure
  }

  /** What the code under test reports: fine when a fault was injected, a broken promise otherwise. */
  readonly report = (event: string, details: Readonly<Record<string, unknown>>): void => {
    const { error } = details
    if (error instanceof Injected) return
    // Several workers at one room, with commits that fail: the batch is lost, which its askers find out.
    if (error instanceof Error && error.message.startsWith('overtaken') && this.trouble.isOn) return
    const why = error instanceof Error ? error.stack : JSON.stringify(details)
    this.broken('report', `${event}: ${why}`)
  }

  /** Lets time pass; a broken promise ends it. */
  async pass(ms: number, until: () => boolean = () => false): Promise<void> {
    await this.scheduler.pass(ms, () => this.hasFailed || until())
    this.throwIfBroken()
  }

  /** People with sessions, a public and a private room; all pages connect. */
  async begin(): Promise<void> {
    const { dice } = this
    const size = dice.weighted({ 3: 4, 4: 3, 5: 2, 6: 1 })
    for (let at = 0; at < Number(size); at++) this.#settle(at)
    const everybody = this.people.map(({ user }) => user)
    const [owner, ...others] = everybody
    if (owner === undefined) return
    const yard = await this.#made(owner, { cmd: 'createRoom', name: 'yard', visibility: 'public' })
    const well = await this.#made(owner, { cmd: 'createRoom', name: 'well', visibility: 'private' })
    for (const user of others) {
      await this.decide(user, { cmd: 'join', room: yard })
      if (dice.chance(0.6)) await this.decide(owner, { cmd: 'invite', room: well, user })
    }
    const processes = dice.between(2, 3)
    for (let at = 0; at < processes; at++) this.processes.push(this.openProcess(`p${at + 1}`))
    for (const person of this.people) {
      const devices = dice.chance(0.3) ? 2 : 1
      for (let at = 0; at < devices; at++) {
        const name = `${person.handle}${at + 1}`
        const device = new Device(this.#deviceDeps(name), { name, person, token: this.signedIn(person) })
        this.devices.push(device)
        for (const room of this.truth.rooms()) if (dice.chance(0.7)) device.open(room)
      }
    }
  }

  openProcess(name: string): Process {
    const { broker, secrets, report } = this
    const failed = (error: unknown): void => {
      report('a process failed to start', { error })
      this.replace(opened)
    }
    const opened = new Process(name, { base: this, broker, sharedLayer: this.#sharedLayer, secrets, report, failed })
    return opened
  }

  /** Ends a process; another one takes its place a little later. */
  replace(process: Process): void {
    this.trace(() => `${process.name} killed`)
    process.kill()
    this.scheduler.after(this.dice.between(100, 3_000), () => {
      this.processes[this.processes.indexOf(process)] = this.openProcess(process.name)
    })
  }

  /** A new session of a person, as a sign-in makes it; its token. */
  signedIn({ user }: Person): string {
    const session = sessionId(this.newId())
    const token = `token-${session}`
    const [record] = directly(this, 'load', [{ need: 'user', user }])
    if (record === null || typeof record !== 'object' || !('lastRev' in record)) throw new Error(`there is no ${user}`)
    const to = rev(record.lastRev + 1)
    const put = {
      tokenHash: hashToken(token),
      expiresAtMs: this.scheduler.wallMs() + 90 * 24 * 3600 * 1000,
      ownRev: to,
    }
    directly(this, 'commit', [
      {
        advances: [{ stream: 'user', user, from: record.lastRev, to }],
        puts: [{ put: 'session', record: sessionRecord(session, user, put) }],
      },
    ])
    return token
  }

  /** Decides a command at once, without troubles. */
  async decide(user: Person['user'], command: Record<string, unknown> & { readonly cmd: string }): Promise<unknown> {
    const life = new Life()
    const was = this.trouble.isOn
    this.trouble.isOn = false
    const handle = batchHandler({
      store: storeFor(this, life),
      announce: async () => {},
      clock: this.scheduler.clockOf(life),
      secrets: this.secrets,
      newId: this.newId,
      report: this.report,
    })
    const envelope = {
      actor: { is: 'person', user, session: sessionId('setup') },
      command: { ...command, id: commandId(this.newId()) },
      fingerprint: 'setup',
    }
    const queued = { key: 'setup', body: JSON.stringify(envelope), expiresAtMs: Number.MAX_SAFE_INTEGER }
    let outcome: unknown
    void handle([queued]).then(([text]) => (outcome = JSON.parse(text ?? '{}')))
    await this.pass(1_000, () => outcome !== undefined)
    this.trouble.isOn = was
    return outcome
  }

  async #made(user: Person['user'], command: Record<string, unknown> & { readonly cmd: string }): Promise<RoomId> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the outcome of createRoom
    const outcome = (await this.decide(user, command)) as { ok: { room: RoomId } }
    return outcome.ok.room
  }

  #settle(at: number): void {
    const handle = 'abcdef'.charAt(at)
    const user = userId(`user-${handle}`)
    this.people.push({ user, handle })
    const record = userRecord(user, { handle, name: handle, role: at === 0 ? 'owner' : 'member' })
    directly(this, 'commit', [
      { advances: [{ stream: 'user', user, from: rev(0), to: rev(1) }], puts: [{ put: 'user', record }] },
    ])
  }

  #deviceDeps(name: string): ConstructorParameters<typeof Device>[0] {
    let made = 0
    return { base: this, connect: (device) => this.#connect(device), newId: () => `${name}-${++made}` }
  }

  #connect(device: Device): FakeLink {
    const process = this.dice.pick(this.processes)
    if (process === undefined) throw new Error('no process')
    const number = ++this.#links
    const tap = this.watch.tapFor(device.person.user, device.name)
    return new FakeLink({ base: this, process, page: device.life, tap, number })
  }
}
