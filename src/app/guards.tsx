import { Navigate, Outlet, useLocation, useSearchParams } from 'react-router-dom'
import { Splash } from '@/app/splash'
import { paths, safeNext } from '@/lib/paths'
import { useSession } from '@/lib/session'

/** Signed-out people are asked to sign in, and then go on to where they wanted to be. */
export function RequireSession() {
  const status = useSession((state) => state.status)
  const recovering = useSession((state) => state.recovering)
  const { pathname, search, hash } = useLocation()
  if (status === 'loading') return <Splash />
  if (status === 'signed-out') return <Navigate replace to={paths.signIn.getHref({ next: pathname + search + hash })} />
  // A recovery link signs in: it was asked for to choose a new password, so that comes first.
  if (recovering) return <Navigate replace to={paths.resetPassword.getHref()} />
  return <Outlet />
}

/** Somebody without an organization is led to make one: no page of the app means anything before. */
export function RequireOrganization() {
  const organizationId = useSession((state) => state.organizationId)
  const { pathname, search, hash } = useLocation()
  if (organizationId === null) return <Navigate replace to={paths.onboarding.getHref({ next: pathname + search + hash })} />
  // The key takes down every page at a switch: nothing of the organization before stays in anybody's state.
  return <Outlet key={organizationId} />
}

/** The pages that only make sense while signed out: signing in there (or in another tab) leads on to `next`. */
export function SignedOutOnly() {
  const status = useSession((state) => state.status)
  const [search] = useSearchParams()
  if (status === 'loading') return <Splash />
  if (status === 'signed-in') return <Navigate replace to={safeNext(search.get('next'))} />
  return <Outlet />
}
