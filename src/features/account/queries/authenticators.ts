import { queryOptions } from '@tanstack/react-query'
import * as z from 'zod/mini'
import { requireEnv } from '@/lib/env'
import { myAuthenticators, verifyAuthenticator, type Authenticator } from '@/lib/second-factor'
import { refreshSession } from '@/lib/session'
import { supabase } from '@/lib/supabase'

const health = z.object({ name: z.string(), version: z.string() })

/**
 * Whether the Auth server has second factors at all. It does not say so anywhere but in being what it is: every release of
 * Supabase Auth ("v2.186.0") has them; what speaks its protocol without being it, as the embedded backend does, has none.
 */
export async function offersAuthenticators(fetcher: typeof fetch = fetch): Promise<boolean> {
  const { supabaseUrl, supabaseKey } = requireEnv()
  const response = await fetcher(`${supabaseUrl}/auth/v1/health`, { headers: { apikey: supabaseKey } })
  if (!response.ok) return false
  const said = health.safeParse(await response.json().catch(() => null))
  return said.success && said.data.name === 'GoTrue' && /^v?\d+\.\d+\.\d+/.test(said.data.version)
}

export const offersAuthenticatorsQuery = queryOptions({
  queryKey: ['offers-authenticators'],
  queryFn: () => offersAuthenticators(),
  staleTime: Infinity,
})

export function authenticatorsQuery(userId: string) {
  return queryOptions({ queryKey: ['authenticators', userId], queryFn: myAuthenticators })
}

export interface AuthenticatorSetup {
  id: string
  /** An image that the app's camera reads. */
  qrCode: string
  /** The same, to be typed. */
  secret: string
}

/** Begins a setup: it counts from the first code on (confirmAuthenticator). One that was left half-way is taken away first. */
export async function beginAuthenticator(name: string): Promise<AuthenticatorSetup> {
  const { data: known, error: unread } = await supabase.auth.mfa.listFactors()
  if (unread) throw unread
  for (const { id, status, factor_type: type } of known.all) {
    if (type === 'totp' && status === 'unverified') await removeFactor(id)
  }
  const { data, error } = await supabase.auth.mfa.enroll({ factorType: 'totp', friendlyName: name, issuer: 'DataSync' })
  if (error) throw error
  return { id: data.id, qrCode: asImage(data.totp.qr_code), secret: data.totp.secret }
}

/** The client hands the SVG on as it came; in an address its `#` and `%` would mean something else. */
function asImage(qrCode: string): string {
  const svg = qrCode.slice(qrCode.indexOf('<'))
  return qrCode.includes('<') ? `data:image/svg+xml,${encodeURIComponent(svg)}` : qrCode
}

/** The first code makes the setup count; the server then signs every other session out. */
export async function confirmAuthenticator(id: string, code: string): Promise<void> {
  await verifyAuthenticator(id, code)
}

export async function removeAuthenticator({ id }: Authenticator): Promise<void> {
  await removeFactor(id)
  // The token says still that a second factor was shown.
  await refreshSession()
}

async function removeFactor(factorId: string): Promise<void> {
  const { error } = await supabase.auth.mfa.unenroll({ factorId })
  if (error) throw error
}
