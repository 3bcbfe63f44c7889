import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearchParams } from 'react-router-dom'
import { MailLink } from '@/features/team/mail-link'
import { acceptInvitation, invitationQuery, type Accepted, type Invitation } from '@/features/team/queries/invitation'
import { aRole, roleLabel, ROLES } from '@/features/team/roles'
import { SignedOut } from '@/features/team/signed-out'
import { describeError, errorLine } from '@/lib/errors'
import { switchOrganization } from '@/lib/organizations'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { signOut, useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { Spinner } from '@/ui/spinner'
import { TaskCard } from '@/ui/task-card'
import { toast } from '@/ui/toaster'

/** Where an invitation leads, for whoever opens it: signed out, signed in as the invited person, or as somebody else. */
export function Component() {
  usePageTitle('Invitation')
  const [search] = useSearchParams()
  const token = search.get('token')?.trim() ?? ''
  const status = useSession((state) => state.status)
  const userId = useSession((state) => state.user?.id)

  if (token === '') return <Broken title="This link is incomplete" detail="Open the link of the invitation once more, or copy all of it into the address bar." />
  if (status === 'loading') return <OneMoment />
  if (userId === undefined) return <SignedOut token={token} email={search.get('email')} />
  return <SignedIn token={token} userId={userId} />
}

function OneMoment() {
  return (
    <TaskCard title="Invitation">
      <p role="status" className="flex items-center gap-2 text-ink-2">
        <Spinner /> One moment
      </p>
    </TaskCard>
  )
}

function SignedIn({ token, userId }: { token: string; userId: string }) {
  const sessionId = useSession((state) => state.sessionId)
  const { data: invitation, error, refetch, isFetching } = useQuery(invitationQuery(token, userId, sessionId))
  if (invitation !== undefined) return <Loaded token={token} invitation={invitation} />
  if (error === null) return <OneMoment />
  const { code, title, detail } = describeError(error)
  if (code === 'DS046') return <Broken title="There is no such invitation" detail="The link may be incomplete, or a newer one was sent since. Ask whoever invited you for a new one." />
  return (
    <TaskCard title={title} sub={detail} footer={<HomeLink />}>
      <Button busy={isFetching} onClick={() => void refetch()}>
        Try again
      </Button>
    </TaskCard>
  )
}

function Loaded({ token, invitation }: { token: string; invitation: Invitation }) {
  const { organization_name: organization, email, state, mine, member } = invitation
  if (!mine) return <SomebodyElse email={email} />
  if (member) return <AlreadyIn token={token} invitation={invitation} />
  switch (state) {
    case 'open':
      return <Open token={token} invitation={invitation} />
    case 'accepted':
      return (
        <Broken
          title="This invitation was accepted before"
          detail={`It worked once, and you are no longer a member of ${organization}. Ask an admin there for a new one.`}
        />
      )
    case 'revoked':
      return <Broken title="This invitation was revoked" detail={`An admin of ${organization} has taken it back. If you think that is a mistake, ask them.`} />
    case 'expired':
      return <Broken title="This invitation has expired" detail={`It was open for seven days. Ask an admin of ${organization} to send it again.`} />
  }
}

function Open({ token, invitation }: { token: string; invitation: Invitation }) {
  const { organization_name: organization, email, role, invited_by: inviter, expires_at: expiresAt, proven } = invitation
  const accept = useGoHome(() => acceptInvitation(token), `Welcome to ${organization}`)
  return (
    <TaskCard
      title={`Join ${organization}`}
      sub={`${inviter ?? 'Somebody there'} invited you to work in it as ${aRole(role)}.`}
      footer={<HomeLink />}
    >
      <div className="flex flex-col gap-4">
        <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-y-2">
          <dt className="text-ink-2">Your role</dt>
          <dd>
            <span className="font-semibold">{roleLabel(role)}</span>
            <span className="block text-hint text-ink-2">{ROLES.find(({ value }) => value === role)?.may}</span>
          </dd>
          <dt className="text-ink-2">For</dt>
          <dd className="break-words">{email}</dd>
          <dt className="text-ink-2">Expires</dt>
          <dd>
            <RelativeTime at={expiresAt} />
          </dd>
        </dl>
        {accept.isError && <Notice tone="failure">{errorLine(accept.error)}</Notice>}
        {proven ? (
          <Button variant="primary" busy={accept.isPending || accept.isSuccess} onClick={() => accept.mutate()}>
            Accept the invitation
          </Button>
        ) : (
          <ShowAddress token={token} email={email} />
        )}
      </div>
    </TaskCard>
  )
}

/** A password does not tell whose the address is: whoever knew of the invitation might have registered it. */
function ShowAddress({ token, email }: { token: string; email: string }) {
  return (
    <section aria-labelledby="show-address" className="flex flex-col gap-2 border-t border-line pt-4">
      <h2 id="show-address" className="font-semibold break-words">
        Show that {email} is yours
      </h2>
      <p className="text-ink-2">Accepting takes a sign-in through its mailbox. The link in the mail leads back here.</p>
      <MailLink email={email} next={paths.invitation.getHref(token, email)} />
    </section>
  )
}

function AlreadyIn({ token, invitation }: { token: string; invitation: Invitation }) {
  const { organization_name: organization, organization_id: id, state, proven } = invitation
  // An open one is used up, so that nobody waits for it any more; the role stays as it is.
  const open = useGoHome(async () => {
    if ((state === 'open' && proven) || id === null || id === undefined) return acceptInvitation(token)
    await switchOrganization(id)
    return null
  })
  return (
    <TaskCard title={`You belong to ${organization} already`} sub="Nothing is left to accept." footer={<HomeLink />}>
      <div className="flex flex-col gap-4">
        {open.isError && <Notice tone="failure">{errorLine(open.error)}</Notice>}
        <Button variant="primary" busy={open.isPending || open.isSuccess} onClick={() => open.mutate()}>
          Open {organization}
        </Button>
      </div>
    </TaskCard>
  )
}

/** An act after which the organization is the active one. */
function useGoHome(act: () => Promise<Accepted | null>, welcome?: string) {
  const navigate = useNavigate()
  return useMutation({
    mutationFn: act,
    onSuccess: async (accepted) => {
      await navigate(paths.home.getHref(), { replace: true })
      if (welcome !== undefined) toast.success(welcome)
      if (accepted?.passwordRemoved) {
        toast.warning('Choose a password under Your account. Any that was set before this address was proven to be yours is gone.', {
          // It asks for something, so it does not go by itself.
          duration: Infinity,
          action: { label: 'Your account', onClick: () => void navigate(paths.account.getHref()) },
        })
      }
    },
  })
}

function SomebodyElse({ email }: { email: string }) {
  const mine = useSession((state) => state.user?.email)
  const leave = useMutation({ mutationFn: signOut })
  return (
    <TaskCard
      title="This invitation is for somebody else"
      sub={
        <>
          It is for <strong className="font-semibold text-ink">{email}</strong>, and you are signed in as <strong className="font-semibold text-ink">{mine}</strong>. Sign out, then
          come in with the invited address; or ask for an invitation to yours.
        </>
      }
      footer={<HomeLink />}
    >
      <div className="flex flex-col gap-4">
        {leave.isError && <Notice tone="failure">{errorLine(leave.error)}</Notice>}
        <Button variant="primary" busy={leave.isPending} onClick={() => leave.mutate()}>
          Sign out
        </Button>
      </div>
    </TaskCard>
  )
}

/** Nothing to be done with this link. */
function Broken({ title, detail }: { title: string; detail: string }) {
  return <TaskCard title={title} sub={detail} footer={<HomeLink />} />
}

function HomeLink() {
  return (
    <Link to={paths.home.getHref()} className="font-semibold text-accent-ink underline-offset-2 hover:underline">
      Go to DataSync
    </Link>
  )
}
