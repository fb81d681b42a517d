/** One world, from its first command to the last check. */

import { act, signInAgain } from './actions.ts'
import { headCheckMs, lingersMs, linkBackMs, reconnectMs, unopenedMs } from './bounds.ts'
import { checkOpenRooms, checkReturned, checkRoomList, checkTyped } from './checks.ts'
import type { Device } from './device.ts'
import { calm, strike } from './nemesis.ts'
import type { Made } from './own-actions.ts'
import { holdImmediates } from './scheduler.ts'
import type { Counts } from './trouble.ts'
import { Broken, World } from './world.ts'

export type Tally = {
  readonly sends: number
  readonly acknowledged: number
  readonly commands: number
  readonly events: number
  readonly units: number
  readonly virtualMs: number
  readonly troubles: Counts
  readonly names: readonly string[]
}

/** Lanes back off for at most 30 s after a refusal. */
const drainedMs = reconnectMs + 60_000

/** Runs the world of a seed; throws what it broke, with the last lines of its trace. */
export async function runWorld(seed: number): Promise<Tally> {
  try {
    return await runOnce(seed, false)
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    await runOnce(seed, true)
    throw new Error(`seed ${seed} is not repeatable: ${error.message}`, { cause: error })
  }
}

async function runOnce(seed: number, isTraced: boolean): Promise<Tally> {
  using _held = holdImmediates()
  const world = new World(seed, isTraced)
  const escaped = (error: unknown): void =>
    world.broken('unhandled', error instanceof Error ? String(error.stack) : String(error))
  process.on('unhandledRejection', escaped)
  process.on('uncaughtException', escaped)
  try {
    await live(world)
    return tallyOf(world)
  } finally {
    process.off('unhandledRejection', escaped)
    process.off('uncaughtException', escaped)
  }
}

async function live(world: World): Promise<void> {
  const { dice } = world
  const made: Made = { invites: [], tokens: [] }
  await world.begin()
  const steps = dice.between(110, 170)
  for (let step = 0; step < steps; step++) {
    act(world, made)
    strike(world)
    await world.pass(dice.chance(0.3) ? 0 : dice.between(1, 350))
  }
  calm(world)
  await heal(world)
}

async function heal(world: World): Promise<void> {
  watchLinks(world)
  const { nowMs } = world.scheduler
  const [quietMs, endMs] = [nowMs + lingersMs, nowMs + drainedMs]
  let busy = ''
  do {
    comeBack(world)
    await world.pass(1_000)
    busy = busyWith(world)
  } while (world.scheduler.nowMs < quietMs || (busy !== '' && world.scheduler.nowMs < endMs))
  if (busy !== '') world.broken('stuck', busy)
  world.throwIfBroken()
  await quiet(world, headCheckMs)
  for (const device of world.devices) checkOpenRooms(world, device, 'after the head check')
  world.throwIfBroken()
  await quiet(world, unopenedMs)
  for (const device of world.devices) {
    checkOpenRooms(world, device, 'at the end')
    checkRoomList(world, device)
    checkTyped(world, device)
  }
  world.throwIfBroken()
}

/** Until nothing was committed for so long: what came last has had its time. */
async function quiet(world: World, ms: number): Promise<void> {
  const { truth, scheduler } = world
  const startMs = scheduler.nowMs
  for (;;) {
    const leftMs = Math.max(startMs, truth.lastCommitMs) + ms - scheduler.nowMs
    if (leftMs <= 0) return
    await world.pass(leftMs)
  }
}

/** Who was signed out signs in again: the only thing that people have to do. */
function comeBack(world: World): void {
  const [owner] = world.people
  for (const user of world.truth.inactive) {
    if (owner !== undefined) void world.decide(owner.user, { cmd: 'reactivate', user })
  }
  for (const device of world.devices) signInAgain(world, device)
}

/** What is still under way; empty: nothing. */
function busyWith(world: World): string {
  for (const { name, life } of world.processes) if (!life.isRunning) return `${name} does not run`
  for (const device of world.devices) {
    if (!device.isOnline || device.link?.isWhole !== true)
      return `${device.name} is ${JSON.stringify(device.client.link())}`
    if (device.unsettled > 0) return `${device.name} waits for ${device.unsettled} answers`
    for (const id of world.truth.rooms()) {
      const room = device.client.room(id)
      const { state, lastSeq, messages } = room.timeline()
      const waiting = room.pending().filter((each) => each.state.is !== 'failed')
      const changing = messages.filter(({ isPending }) => isPending)
      if (waiting.length + changing.length === 0) continue
      const shows = `${id} ${JSON.stringify(state)} up to ${messages.at(-1)?.seq} of ${lastSeq}`
      return `${device.name} holds ${JSON.stringify([...waiting, ...changing])} and shows ${shows}`
    }
  }
  return ''
}

/** [G4] Two seconds after the link is back everything is shown, when nothing has happened since. */
function watchLinks(world: World): void {
  const { scheduler, truth } = world
  const trustMs = scheduler.nowMs + lingersMs
  const look = (device: Device, onlineMs: number): void => {
    const isSame =
      device.onlineSinceMs === onlineMs &&
      device.isOnline &&
      device.link?.isWhole === true &&
      truth.lastCommitMs < onlineMs &&
      onlineMs > trustMs
    if (isSame) checkReturned(world, device)
  }
  for (const device of world.devices) {
    device.whenOnline = () => {
      const at = scheduler.nowMs
      scheduler.after(linkBackMs, () => look(device, at))
    }
  }
}

function tallyOf({ watch, scheduler, trouble, truth }: World): Tally {
  return {
    ...watch.counts,
    events: scheduler.events,
    units: truth.units,
    virtualMs: scheduler.nowMs,
    troubles: trouble.counts,
    names: [...watch.names],
  }
}
