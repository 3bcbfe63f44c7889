import type { EmailOtpType } from '@supabase/supabase-js'
import { paths } from '@/lib/paths'
import { supabase } from '@/lib/supabase'

const absolute = (path: string): string => new URL(path, window.location.origin).href

export interface SignUp {
  email: string
  password: string
  fullName: string
  next: string
}

/** `signed-in` where addresses need no confirmation, `check-mail` where they do, `taken` where the server tells it without an error. */
export async function signUp({ email, password, fullName, next }: SignUp): Promise<'signed-in' | 'check-mail' | 'taken'> {
  const { data, error } = await supabase.auth.signUp({
    email,
    password,
    options: {
      emailRedirectTo: absolute(paths.authCallback.getHref({ next })),
      ...(fullName === '' ? {} : { data: { full_name: fullName } }),
    },
  })
  if (error) throw error
  if (data.session !== null) return 'signed-in'
  // With confirmation on, Supabase answers a known address with a made-up user that has no identities.
  return data.user?.identities?.length === 0 ? 'taken' : 'check-mail'
}

export async function signInWithPassword(email: string, password: string): Promise<void> {
  const { error } = await supabase.auth.signInWithPassword({ email, password })
  if (error) throw error
}

export async function sendMagicLink(email: string, next: string): Promise<void> {
  const { error } = await supabase.auth.signInWithOtp({
    email,
    // A mistyped address must not become a new, empty account.
    options: { shouldCreateUser: false, emailRedirectTo: absolute(paths.authCallback.getHref({ next })) },
  })
  if (error) throw error
}

export async function resendConfirmation(email: string, next: string): Promise<void> {
  const { error } = await supabase.auth.resend({
    type: 'signup',
    email,
    options: { emailRedirectTo: absolute(paths.authCallback.getHref({ next })) },
  })
  if (error) throw error
}

export async function sendRecovery(email: string): Promise<void> {
  const { error } = await supabase.auth.resetPasswordForEmail(email, { redirectTo: absolute(paths.resetPassword.getHref()) })
  if (error) throw error
}

export async function changePassword(password: string): Promise<void> {
  const { error } = await supabase.auth.updateUser({ password })
  if (error) throw error
}

const OTP_TYPES: readonly string[] = ['signup', 'invite', 'magiclink', 'recovery', 'email_change', 'email'] satisfies EmailOtpType[]
const isOtpType = (type: string): type is EmailOtpType => OTP_TYPES.includes(type)

/** Turns the hash of a custom mail template into a session. */
export async function verifyTokenHash(tokenHash: string, type: string): Promise<void> {
  const { error } = await supabase.auth.verifyOtp({ token_hash: tokenHash, type: isOtpType(type) ? type : 'email' })
  if (error) throw error
}
