import { useEffect, useState } from 'react'
import { authErrorText } from '@/lib/auth-errors'
import { verifyTokenHash } from '@/features/auth/requests'
import { authRedirect, type AuthRedirectError } from '@/lib/auth-redirect'

// A hash works once, and React mounts twice in development: so the attempt belongs to the page load, not to the component.
let attempt: Promise<AuthRedirectError | null> | null = null

function verifyOnce(): Promise<AuthRedirectError | null> {
  const { tokenHash } = authRedirect
  if (tokenHash === null) return Promise.resolve(null)
  attempt ??= verifyTokenHash(tokenHash.hash, tokenHash.type).then(
    () => null,
    (error: unknown) => ({ title: 'This link was not accepted', detail: authErrorText(error).message }),
  )
  return attempt
}

/** Verifies the hash that a link brought, if it brought one. */
export function useTokenHash(): { pending: boolean; error: AuthRedirectError | null } {
  const [state, setState] = useState<{ pending: boolean; error: AuthRedirectError | null }>({
    pending: authRedirect.tokenHash !== null,
    error: null,
  })
  useEffect(() => {
    let current = true
    void verifyOnce().then((error) => {
      if (current) setState({ pending: false, error })
    })
    return () => {
      current = false
    }
  }, [])
  return state
}
