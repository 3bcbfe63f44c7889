import { useMutation } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { mailSignInLink } from '@/features/team/queries/invitation'
import { authErrorText } from '@/lib/auth-errors'
import { requireEnv } from '@/lib/env'
import { paths } from '@/lib/paths'
import { Button, buttonClass } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { TaskCard } from '@/ui/task-card'

interface SignedOutProps {
  token: string
  /** Where the link names the invited address. */
  email: string | null
}

/** Every way in comes back to the invitation, which says more only to somebody who is signed in. */
export function SignedOut({ token, email }: SignedOutProps) {
  const options = { next: paths.invitation.getHref(token, email ?? undefined), email: email ?? undefined }
  return (
    <TaskCard
      title="You are invited"
      sub={
        email === null ? (
          'Sign in with the address that was invited to see the invitation and accept it.'
        ) : (
          <>
            Somebody invited <strong className="font-semibold text-ink">{email}</strong> to an organization on DataSync. Sign in with that address to see which, and to accept.
          </>
        )
      }
    >
      <div className="flex flex-col gap-2">
        {email !== null && <MailLink email={email} next={options.next} />}
        <Link className={buttonClass({ variant: email === null ? 'primary' : 'secondary' })} to={paths.signIn.getHref(options)}>
          Sign in
        </Link>
        <Link className={buttonClass()} to={paths.signUp.getHref(options)}>
          Create an account
        </Link>
      </div>
    </TaskCard>
  )
}

/** The shortest way in: the invitation's own mail may have made an account, which has no password yet. */
function MailLink({ email, next }: { email: string; next: string }) {
  const { inboxPath } = requireEnv()
  const send = useMutation({ mutationFn: () => mailSignInLink(email, next) })
  if (send.isSuccess) {
    return (
      <Notice tone="success" className="mb-1" title="Check your mail">
        The link in it signs you in and leads back here.
        {inboxPath !== null && (
          <>
            {' '}
            This DataSync keeps its mail on this machine:{' '}
            <a href={inboxPath} target="_blank" rel="noopener" className="font-semibold underline underline-offset-2">
              open the inbox
            </a>
            .
          </>
        )}
      </Notice>
    )
  }
  return (
    <>
      <Button variant="primary" busy={send.isPending} onClick={() => send.mutate()}>
        E-mail me a sign-in link
      </Button>
      {send.isError && <Notice tone="failure">{authErrorText(send.error).message}</Notice>}
    </>
  )
}
