/** What people do that is their own or the server's, not of a room. */

import type { OwnCommandName } from '../../src/protocol/commands.ts'
import type { InviteId, TokenId, UserId } from '../../src/protocol/ids.ts'
import type { Scene } from './actions.ts'

/** What was made and can be ended. */
export type Made = {
  readonly invites: InviteId[]
  readonly tokens: { readonly token: TokenId; readonly of: UserId }[]
}

export type OwnAction = Exclude<OwnCommandName, 'read' | 'unread' | 'changePassword'>

/** Null: there was nothing to do it to. */
export function ownAction(scene: Scene, cmd: OwnAction): string | null {
  const { world, device } = scene
  const { dice } = world
  const { client, person } = device
  const others = world.people.filter(({ user }) => user !== person.user)
  const other = dice.pick(others)
  if (other === undefined) return null
  const { user } = other
  switch (cmd) {
    case 'createRoom': {
      const visibility = dice.pick(['public', 'private'] as const) ?? 'public'
      device.asks(client.do(cmd, { name: `room ${world.newId()}`, visibility }))
      return visibility
    }
    case 'openDirect':
      device.asks(client.do(cmd, { users: dice.chance(0.7) ? [user] : others.slice(0, 2).map((each) => each.user) }))
      return other.handle
    case 'createInvite':
    case 'endInvite':
    case 'createToken':
    case 'endToken':
    case 'endSession':
      return keyAction(scene, cmd)
    case 'createReset':
    case 'deactivate':
    case 'reactivate':
      device.asks(client.do(cmd, { user }))
      return other.handle
    case 'serverSettings':
      device.asks(client.do(cmd, { name: `server ${dice.between(1, 99)}` }))
      return ''
    case 'profile':
      device.asks(client.do(cmd, { name: `${person.handle} ${dice.between(1, 99)}` }))
      return ''
    default:
      return cmd satisfies never
  }
}

type KeyAction = Extract<OwnAction, 'createInvite' | 'endInvite' | 'createToken' | 'endToken' | 'endSession'>

/** Links, tokens and sessions: what lets somebody in, and its end. */
function keyAction({ world, device, made }: Scene, cmd: KeyAction): string | null {
  const { dice } = world
  const { client, person } = device
  switch (cmd) {
    case 'createInvite': {
      const answer = client.do(cmd, { uses: 3, hours: 1 })
      device.asks(answer.then((result) => 'ok' in result && made.invites.push(result.ok.invite)))
      return ''
    }
    case 'endInvite': {
      const invite = dice.pick(made.invites)
      if (invite === undefined) return null
      device.asks(client.do(cmd, { invite }))
      return invite
    }
    case 'createToken': {
      const answer = client.do(cmd, { name: 'bot' })
      const take = (result: Awaited<typeof answer>): void => {
        if (!('ok' in result)) return
        made.tokens.push({ token: result.ok.token, of: person.user })
        // The page goes on with the token of a program: ending it must end the page's link, too.
        if (dice.chance(0.5)) world.scheduler.after(0, () => device.restart(result.ok.secret))
      }
      device.asks(answer.then(take))
      return ''
    }
    case 'endToken': {
      const token = dice.pick(made.tokens.filter(({ of }) => of === person.user))
      if (token === undefined) return null
      device.asks(client.do(cmd, { token: token.token }))
      return token.token
    }
    case 'endSession': {
      const sessions = client.query({ query: 'sessions' })
      const end = async (): Promise<void> => {
        const result = await sessions
        const session = 'ok' in result ? dice.pick(result.ok.sessions)?.session : undefined
        if (session !== undefined) await client.do(cmd, { session })
      }
      device.asks(end())
      return ''
    }
    default:
      return cmd satisfies never
  }
}
