import { Link, Navigate, useSearchParams } from 'react-router-dom'
import { AuthLayout } from '@/features/auth/auth-layout'
import { TextLink } from '@/features/auth/text-link'
import { useTokenHash } from '@/features/auth/use-token-hash'
import { authRedirect } from '@/lib/auth-redirect'
import { paths, safeNext } from '@/lib/paths'
import { useSession } from '@/lib/session'
import { Button } from '@/ui/button'
import { Spinner } from '@/ui/spinner'

/** Where every e-mail link comes back to: on to `next` when it brought a session, the reason in words when it did not. */
export function Component() {
  const [search] = useSearchParams()
  const next = safeNext(search.get('next'))
  const status = useSession((state) => state.status)
  const recovering = useSession((state) => state.recovering)
  const verification = useTokenHash()
  const error = verification.error ?? authRedirect.error

  if (error === null && (status === 'loading' || verification.pending)) {
    return (
      <AuthLayout title="Signing you in">
        <p className="flex items-center gap-2 text-ink-2">
          <Spinner /> One moment
        </p>
      </AuthLayout>
    )
  }
  if (status === 'signed-in' && error === null) {
    return <Navigate replace to={recovering ? paths.resetPassword.getHref() : next} />
  }
  return (
    <AuthLayout
      title={error?.title ?? 'This link brought no session'}
      sub={error?.detail ?? 'It may have lost a part of itself on the way. Ask for a new one.'}
      footer={status === 'signed-in' ? <TextLink to={next}>You are still signed in: go on</TextLink> : undefined}
    >
      <div className="flex flex-col gap-2">
        <Button asChild variant="primary">
          <Link to={paths.signIn.getHref({ next })}>{status === 'signed-in' ? 'Go on' : 'Ask for a new link'}</Link>
        </Button>
      </div>
    </AuthLayout>
  )
}
