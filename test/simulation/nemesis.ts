/** The troubles that strike from outside, at any moment; those in a line are the line's own. */

import type { FakeLink } from './link.ts'
import type { World } from './world.ts'

const minuteMs = 60_000

export function strike(world: World): void {
  const { trouble, dice, scheduler } = world
  const page = dice.pick(world.devices.filter(({ life }) => life.isRunning))
  const process = dice.pick(world.processes.filter(({ life }) => life.isRunning))
  if (page?.link?.isOpen === true) {
    cutLink(world, page.name, page.link)
  }
  if (page !== undefined && trouble.strikes('client killed', 0.02)) {
    world.trace(() => `${page.name} killed`)
    page.kill()
    scheduler.after(dice.between(0, 4_000), () => page.life.isDead && page.restart())
  } else if (page !== undefined && trouble.strikes('client paused', 0.01)) {
    const { life } = page
    world.trace(() => `${page.name} paused`)
    life.pause()
    scheduler.after(dice.between(500, 30_000), () => life.resume())
  }
  if (process !== undefined) {
    if (trouble.strikes('gateway killed', 0.01)) world.replace(process)
    else if (trouble.strikes('gateway paused', 0.01)) {
      world.trace(() => `${process.name} paused`)
      process.life.pause()
      scheduler.after(dice.between(300, 9_000), () => process.life.resume())
    } else if (trouble.strikes('layer down', 0.02)) {
      world.trace(() => `${process.name} loses the layer`)
      process.layer.setLink('down')
      scheduler.after(dice.between(100, 12_000), () => process.layer.setLink('up'))
    }
  }
  if (!world.outage.store && trouble.strikes('store down', 0.006)) {
    world.trace(() => 'the store is down')
    world.outage.store = true
    scheduler.after(dice.between(500, 9_000), () => (world.outage.store = false))
  }
  if (!world.outage.queue && trouble.strikes('queue down', 0.01)) {
    world.trace(() => 'the queue is down')
    world.outage.queue = true
    scheduler.after(dice.between(500, 9_000), () => (world.outage.queue = false))
  }
  if (trouble.strikes('clock jumps', 0.005)) scheduler.jump(dice.between(-60 * minuteMs, 60 * minuteMs))
}

function cutLink({ trouble, dice, trace }: World, name: string, link: FakeLink): void {
  if (trouble.strikes('link cut', 0.05)) {
    trace(() => `${name} is cut off`)
    link.cut()
  } else if (trouble.strikes('link half open', 0.015)) {
    const direction = dice.pick(['up', 'down', 'both'] as const) ?? 'both'
    trace(() => `${name} is half open: ${direction}`)
    link.halfOpen(direction)
  } else if (trouble.strikes('reader stalls', 0.03)) {
    trace(() => `${name} stalls`)
    link.stall(dice.between(100, 6_000))
  }
}

/** Everything stands up again, by itself, as it would; nothing is refreshed. */
export function calm(world: World): void {
  world.trouble.isOn = false
  world.outage.store = world.outage.queue = false
  world.watch.calm()
  world.trace(() => 'the troubles are over')
}
