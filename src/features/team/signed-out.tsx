import { Link } from 'react-router-dom'
import { MailLink } from '@/features/team/mail-link'
import { paths } from '@/lib/paths'
import { buttonClass } from '@/ui/button'
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
        {/* The invitation's own mail may have made an account, which has no password yet. */}
        {email !== null && <MailLink email={email} next={options.next} createAccount />}
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
