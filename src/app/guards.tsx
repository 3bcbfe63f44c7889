import { lazy } from 'react'
import { Navigate, Outlet, useLocation, useSearchParams } from 'react-router-dom'
import { Splash } from '@/app/splash'
import { paths, safeNext } from '@/lib/paths'
import { useSession } from '@/lib/session'

// Asked for by few people, and never before anybody has signed in.
const SecondFactor = lazy(() => import('@/features/auth/second-factor-page').then(({ SecondFactorPage }) => ({ default: SecondFactorPage })))

const AccountAlone = lazy(() => import('@/features/account/account-alone').then(({ AccountAlone: Page }) => ({ default: Page })))

/** Signed-out people are asked to sign in, and then go on to where they wanted to be. */
export function RequireSession() {
  const status = useSession((state) => state.status)
  const recovering = useSession((state) => state.recovering)
  const secondFactor = useSession((state) => state.secondFactor)
  const { pathname, search, hash } = useLocation()
  if (status === 'loading') return <Splash />
  if (status === 'signed-out') return <Navigate replace to={paths.signIn.getHref({ next: pathname + search + hash })} />
  // In place: the address stays the one that was asked for.
  if (secondFactor === 'missing') return <SecondFactor />
  // A recovery link signs in: it was asked for to choose a new password, so that comes first.
  if (recovering) return <Navigate replace to={paths.resetPassword.getHref()} />
  return <Outlet />
}

/** For pages outside RequireSession that ask the database as whoever is signed in. */
export function SecondFactorFirst() {
  const missing = useSession((state) => state.secondFactor === 'missing')
  return missing ? <SecondFactor /> : <Outlet />
}

/** Somebody without an organization is led to make one: no page of the app means anything before. */
export function RequireOrganization() {
  const organizationId = useSession((state) => state.organizationId)
  const { pathname, search, hash } = useLocation()
  // Nobody needs an organization to change a password or to leave.
  if (organizationId === null && pathname === paths.account.path) return <AccountAlone />
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
