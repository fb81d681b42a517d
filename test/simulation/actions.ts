/** What people do: every command of the protocol but those with passwords, through the client's own face. */

import type { Room } from '../../src/client/api.ts'
import type { RoomId, Seq, UserId } from '../../src/protocol/ids.ts'
import { seq as seqOf } from '../../src/protocol/ids.ts'
import type { Device } from './device.ts'
import { type Made, ownAction } from './own-actions.ts'
import type { World } from './world.ts'

const weights = {
  send: 30,
  burst: 6,
  edit: 8,
  delete: 3,
  react: 10,
  discard: 4,
  retry: 4,
  join: 4,
  leave: 1.5,
  invite: 4,
  remove: 2,
  rename: 1.5,
  topic: 2,
  visibility: 1,
  read: 8,
  unread: 2,
  createRoom: 1,
  openDirect: 1.5,
  createInvite: 1,
  endInvite: 1,
  createToken: 1,
  endToken: 1,
  endSession: 0.7,
  createReset: 0.3,
  serverSettings: 0.3,
  deactivate: 0.5,
  reactivate: 0.5,
  profile: 1,
  open: 5,
  close: 3,
  loadOlder: 1,
  loadAround: 1,
  loadTail: 1.5,
  type: 1,
  watch: 0.5,
  signal: 1,
  signIn: 3,
}
type Name = keyof typeof weights

export function act(world: World, made: Made): void {
  const device = world.dice.pick(world.devices.filter(({ life }) => life.isRunning))
  if (device === undefined) return
  const name = world.dice.weighted(weights)
  const done = actOn({ world, made, device }, name)
  if (done !== null) world.trace(() => `${device.name} ${name} ${done}`)
}

export type Scene = { readonly world: World; readonly made: Made; readonly device: Device }

/** Null: there was nothing to do it to. */
function actOn(scene: Scene, name: Name): string | null {
  const { device, world } = scene
  switch (name) {
    case 'createRoom':
    case 'openDirect':
    case 'createInvite':
    case 'endInvite':
    case 'createToken':
    case 'endToken':
    case 'endSession':
    case 'createReset':
    case 'serverSettings':
    case 'deactivate':
    case 'reactivate':
    case 'profile':
      return ownAction(scene, name)
    case 'join':
    case 'leave':
    case 'invite':
    case 'remove':
    case 'rename':
    case 'topic':
    case 'visibility':
      return roomCommand(scene, name)
    case 'open':
    case 'close':
    case 'loadOlder':
    case 'loadAround':
    case 'loadTail':
    case 'type':
      return roomView(scene, name)
    case 'watch':
      device.client.watch(world.people.map(({ user }) => user))
      return ''
    case 'signal':
      device.signal(world.dice.pick(['online', 'offline', 'visible'] as const) ?? 'online')
      return ''
    case 'signIn':
      return signInAgain(world, device)
    default:
      return messageAction(scene, name)
  }
}

/** Who was signed out comes back with a new session, and what they had written. */
export function signInAgain(world: World, device: Device): string | null {
  if (device.client.link().is !== 'signed_out') return null
  device.restart(world.signedIn(device.person))
  return ''
}

function myRoom({ world, device }: Scene): RoomId | undefined {
  // Also rooms they are not in (any more): what is refused must not be lost.
  const mine = device.client.rooms().map(({ membership }) => membership.room.id)
  return world.dice.chance(0.95) && mine.length > 0 ? world.dice.pick(mine) : world.dice.pick(world.truth.rooms())
}

function someMessage({ world }: Scene, room: Room, isMine: (author: UserId) => boolean): Seq | undefined {
  return world.dice.pick(
    room
      .timeline()
      .messages.filter(({ author }) => isMine(author))
      .slice(-12),
  )?.seq
}

function messageAction(scene: Scene, name: Name): string | null {
  const { world, device } = scene
  const { dice } = world
  const id = myRoom(scene)
  if (id === undefined) return null
  const room = device.client.room(id)
  const me = device.person.user
  switch (name) {
    case 'send':
    case 'burst': {
      for (let left = name === 'send' ? 1 : dice.between(2, 5); left > 0; left--) write(scene, room)
      return `${id} ${room.pending().at(-1)?.id}`
    }
    case 'edit': {
      const seq = someMessage(scene, room, (author) => author === me || dice.chance(0.05))
      if (seq === undefined) return null
      device.change(id, seq, ({ edit }) => edit(seq, bodyOf(scene)))
      return `${id} ${seq}`
    }
    case 'delete': {
      const seq = someMessage(scene, room, (author) => author === me || dice.chance(0.2))
      if (seq === undefined) return null
      device.change(id, seq, (each) => each.delete(seq))
      return `${id} ${seq}`
    }
    case 'react': {
      const seq = someMessage(scene, room, () => true)
      if (seq === undefined) return null
      const [emoji, isOn] = [dice.pick(['👍', '👀', '마당']) ?? '', dice.chance(0.7)]
      device.change(id, seq, ({ react }) => react(seq, emoji, isOn))
      return `${id} ${seq}`
    }
    case 'read': {
      const { messages } = room.timeline()
      const last = dice.chance(0.7) ? messages.at(-1)?.seq : dice.pick(messages)?.seq
      if (last === undefined) return null
      room.read(last)
      return `${id} ${last}`
    }
    case 'unread': {
      const at = dice.pick(room.timeline().messages)?.seq
      if (at === undefined) return null
      device.asks(room.unread(seqOf(at - 1)))
      return `${id} ${at - 1}`
    }
    default:
      return pendingAction(scene, room, name)
  }
}

function pendingAction({ world, device }: Scene, room: Room, name: Name): string | null {
  const { dice } = world
  const waiting = room.pending()
  if (name === 'discard') {
    const pending = dice.pick(waiting)
    if (pending === undefined) return null
    device.discard(room.id, pending.id)
    return `${room.id} ${pending.id} ${pending.state.is}`
  }
  const failed = dice.pick(waiting.filter(({ state }) => state.is === 'failed'))
  if (failed === undefined) return null
  const body = dice.chance(0.3) ? `${failed.body}!` : undefined
  device.retry(room.id, failed.id, body)
  return `${room.id} ${failed.id} ${body ?? ''}`
}

function bodyOf({ world, device }: Scene): string {
  const { dice } = world
  const mention = dice.chance(0.2) ? ` <@${dice.pick(world.people)?.user}>` : ''
  return `${device.name} 말 ${dice.between(1, 99_999)}${mention}`
}

function write(scene: Scene, room: Room): void {
  const { world, device } = scene
  const replyTo = world.dice.chance(0.15) ? someMessage(scene, room, () => true) : undefined
  device.send(room.id, bodyOf(scene), replyTo)
}

function roomView(
  scene: Scene,
  name: 'open' | 'close' | 'loadOlder' | 'loadAround' | 'loadTail' | 'type',
): string | null {
  const { device, world } = scene
  const id = name === 'open' ? myRoom(scene) : world.dice.pick([...device.opened])
  if (id === undefined) return null
  const room = device.client.room(id)
  const end = room.timeline().lastSeq
  if (name === 'open') device.open(id)
  else if (name === 'close') device.close(id)
  else if (name === 'loadOlder') device.asks(room.loadOlder())
  else if (name === 'loadTail') device.asks(room.loadTail())
  else if (name === 'loadAround') device.asks(room.loadAround(seqOf(world.dice.between(1, Math.max(1, end ?? 1)))))
  else room.type()
  return id
}

type RoomCommandName = 'join' | 'leave' | 'invite' | 'remove' | 'rename' | 'topic' | 'visibility'

function roomCommand(scene: Scene, cmd: RoomCommandName): string | null {
  const { device, world } = scene
  const { dice } = world
  const id = cmd === 'join' ? dice.pick(world.truth.rooms()) : myRoom(scene)
  const somebody = dice.pick(world.people)
  if (id === undefined || somebody === undefined) return null
  const room = device.client.room(id)
  const name = `${cmd} ${dice.between(1, 9_999)}`
  switch (cmd) {
    case 'join':
    case 'leave':
      device.asks(room.do(cmd, {}))
      break
    case 'invite':
    case 'remove':
      device.asks(room.do(cmd, { user: somebody.user }))
      break
    case 'rename':
      device.asks(room.do('rename', { name }))
      break
    case 'topic':
      device.asks(room.do('topic', { topic: name }))
      break
    case 'visibility':
      device.asks(room.do('visibility', { visibility: dice.pick(['public', 'private'] as const) ?? 'private' }))
      break
    default:
      return cmd satisfies never
  }
  return `${id} ${somebody.handle}`
}
