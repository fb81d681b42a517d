/** The pages of people who are not signed in. Each ends with somebody who is, by `onSignedIn`. */

import type { User } from '../../src/protocol/rows.ts'
import { unreachable } from '../../src/unreachable.ts'
import { useMessages, useShell } from '../app/context.ts'
import type { ServerInfo } from '../app/door.ts'
import type { Route } from '../app/router.ts'
import { GuestForm } from './guest-form.tsx'
import { GuestPage } from './guest-page.tsx'
import { PathLink } from '../ui/path-link.tsx'

type Props = {
  readonly route: Route
  readonly server: ServerInfo
  readonly onSignedIn: (user: User) => void
}

export function GuestView({ route, server, onSignedIn }: Props) {
  const t = useMessages()
  switch (route.at) {
    case 'set-up':
      return <SetUp secret={route.secret} onSignedIn={onSignedIn} />
    case 'invite':
      return <SignUp invite={route.secret} server={server} onSignedIn={onSignedIn} />
    case 'reset':
      return <Reset secret={route.secret} onSignedIn={onSignedIn} />
    case 'sign-up':
      return <SignUp invite={null} server={server} onSignedIn={onSignedIn} />
    case 'home':
    case 'room':
    case 'sign-in':
      if (!server.isSetUp) return <GuestPage title={t.guest.notSetUp} hint={t.guest.notSetUpHint} />
      return <SignIn server={server} onSignedIn={onSignedIn} />
    default:
      return unreachable(route)
  }
}

type SignedIn = { readonly onSignedIn: (user: User) => void }

/** `notice`: why somebody has to sign in again. */
export function SignIn({
  server,
  notice = null,
  onSignedIn,
}: SignedIn & { readonly server: Pick<ServerInfo, 'name' | 'openSignUp'>; readonly notice?: string | null }) {
  const t = useMessages()
  const { door } = useShell()
  return (
    <GuestPage title={t.guest.signInTitle(server.name)} hint={notice}>
      <GuestForm
        fields={['handle', 'password']}
        isNewPassword={false}
        action={t.guest.signIn}
        submit={({ handle, password }) => door.ask('signIn', { handle, password })}
        onDone={({ user }) => onSignedIn(user)}
      />
      <p class="guest-foot">
        {server.openSignUp ? (
          <>
            {t.guest.noAccount} <PathLink to="/sign-up">{t.guest.signUp}</PathLink>
          </>
        ) : (
          t.guest.byInviteOnly
        )}
      </p>
    </GuestPage>
  )
}

function SignUp({
  invite,
  server,
  onSignedIn,
}: SignedIn & { readonly invite: string | null; readonly server: ServerInfo }) {
  const t = useMessages()
  const { door, router } = useShell()
  if (invite === '') return <BrokenLink />
  if (invite === null && !server.openSignUp) {
    return (
      <GuestPage title={t.guest.signUpTitle(server.name)} hint={t.guest.byInviteOnly}>
        <SignInFoot />
      </GuestPage>
    )
  }
  return (
    <GuestPage title={invite === null ? t.guest.signUpTitle(server.name) : t.guest.inviteTitle(server.name)}>
      <GuestForm
        fields={['handle', 'name', 'password']}
        isNewPassword
        action={t.guest.signUp}
        submit={({ handle, name, password }) =>
          door.ask('signUp', { handle, name, password, ...(invite === null ? {} : { invite }) })
        }
        onDone={({ user, room }) => {
          if (room !== null) router.go(`/room/${encodeURIComponent(room)}`, 'replace')
          onSignedIn(user)
        }}
      />
      <SignInFoot />
    </GuestPage>
  )
}

function SetUp({ secret, onSignedIn }: SignedIn & { readonly secret: string }) {
  const t = useMessages()
  const { door } = useShell()
  if (secret === '') return <BrokenLink />
  return (
    <GuestPage title={t.guest.setUpTitle} hint={t.guest.setUpHint}>
      <GuestForm
        fields={['handle', 'name', 'password', 'server']}
        isNewPassword
        action={t.guest.setUp}
        submit={({ server, ...account }) =>
          door.ask('setUp', { secret, ...account, ...(server.trim() === '' ? {} : { server }) })
        }
        onDone={({ user }) => onSignedIn(user)}
      />
    </GuestPage>
  )
}

function Reset({ secret, onSignedIn }: SignedIn & { readonly secret: string }) {
  const t = useMessages()
  const { door } = useShell()
  if (secret === '') return <BrokenLink />
  return (
    <GuestPage title={t.guest.resetTitle}>
      <GuestForm
        fields={['password']}
        isNewPassword
        action={t.guest.reset}
        submit={({ password }) => door.ask('resetPassword', { reset: secret, password })}
        onDone={({ user }) => onSignedIn(user)}
      />
      <SignInFoot />
    </GuestPage>
  )
}

/** Somebody who is signed in already opened an invitation. */
export function AlreadyIn({ user, server }: { readonly user: User; readonly server: string }) {
  const t = useMessages()
  return (
    <GuestPage title={t.guest.inviteTitle(server)} hint={t.guest.signedInAs(user.name)}>
      <PathLink to="/" class="button primary">
        {t.guest.goHome}
      </PathLink>
    </GuestPage>
  )
}

function BrokenLink() {
  const t = useMessages()
  return (
    <GuestPage title={t.errors.link_invalid} hint={t.guest.linkWithoutSecret}>
      <SignInFoot />
    </GuestPage>
  )
}

function SignInFoot() {
  const t = useMessages()
  return (
    <p class="guest-foot">
      <PathLink to="/sign-in">{t.guest.haveAccount}</PathLink>
    </p>
  )
}
