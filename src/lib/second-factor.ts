import type { Factor } from '@supabase/supabase-js'
import { describeError } from '@/lib/errors'
import { supabase } from '@/lib/supabase'

/** An authenticator app that the person has set up: https://supabase.com/docs/guides/auth/auth-mfa/totp */
export interface Authenticator {
  id: string
  name: string
  since: string
}

/** Those that have shown a code once; one that has not is half of a setup that was left. */
export async function myAuthenticators(): Promise<Authenticator[]> {
  const { data, error } = await supabase.auth.mfa.listFactors()
  if (error) throw error
  return data.totp.map(authenticator)
}

function authenticator({ id, friendly_name: name, created_at: since }: Factor): Authenticator {
  return { id, name: name === undefined || name === '' ? 'Authenticator app' : name, since }
}

export async function verifyAuthenticator(factorId: string, code: string): Promise<void> {
  const { error } = await supabase.auth.mfa.challengeAndVerify({ factorId, code })
  if (error) throw error
}

/**
 * Gives the code that an authenticator shows, and the session goes on as one that has shown its second factor. Whoever has two
 * need not say which: each is asked.
 */
export async function showAuthenticatorCode(code: string): Promise<void> {
  let refusal: unknown = new Error('Your account has no authenticator app any more. Sign out, and sign in again.')
  for (const { id } of await myAuthenticators()) {
    try {
      return await verifyAuthenticator(id, code)
    } catch (error) {
      if (describeError(error).code !== 'mfa_verification_failed') throw error
      refusal = error
    }
  }
  throw refusal
}
