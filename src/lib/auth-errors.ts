import { describeError, errorLine } from '@/lib/errors'

export interface AuthErrorText {
  /** The field that it is about; null: the form as a whole. */
  field: 'email' | 'password' | null
  message: string
  code: string | undefined
}

/**
 * What the auth server said, in plain words and at the field it is about.
 * Codes: https://supabase.com/docs/guides/auth/debugging/error-codes
 */
export function authErrorText(error: unknown): AuthErrorText {
  const { code } = describeError(error)
  const at = (field: AuthErrorText['field'], message: string): AuthErrorText => ({ field, message, code })
  switch (code) {
    case 'invalid_credentials':
      return at('password', 'E-mail and password do not belong together. Check both, or ask for a sign-in link.')
    case 'email_not_confirmed':
      return at('email', 'This address is not confirmed yet. Open the link in the mail that we sent when you signed up.')
    case 'user_already_exists':
    case 'email_exists':
      return at('email', 'There is an account with this address already. Sign in instead.')
    case 'email_address_invalid':
    case 'email_address_not_authorized':
      return at('email', 'The server does not accept this address. Use another one.')
    case 'user_not_found':
    case 'otp_disabled':
      return at('email', 'There is no account with this address. Sign up first.')
    case 'weak_password':
      return at('password', `This password is too easy to guess. ${describeError(error).title}`)
    case 'same_password':
      return at('password', 'This is the password that you have now. Choose another one.')
    case 'over_email_send_rate_limit':
    case 'over_request_rate_limit':
    case '429':
      return at(null, `That was asked for too often. Try again ${whenToTryAgain(describeError(error).title)}.`)
    case 'signup_disabled':
    case 'email_provider_disabled':
      return at(null, 'New accounts are switched off here. Ask whoever runs this DataSync to invite you.')
    case 'otp_expired':
      return at(null, 'This code is wrong or has expired. Type the newest one, or ask for another.')
    case 'mfa_verification_failed':
      return at(null, 'This is not the code that the app shows now. It changes every 30 seconds: try the next one.')
    case 'mfa_totp_enroll_not_enabled':
      return at(null, 'Authenticator apps are switched off on this server.')
    case 'mfa_factor_name_conflict':
      return at(null, 'You have an authenticator of this name already. Choose another name.')
    case 'too_many_enrolled_mfa_factors':
      return at(null, 'You have as many authenticators as the server allows. Remove one first.')
    case 'insufficient_aal':
      return at(null, 'This needs the code of your authenticator app. Sign in again, and give it.')
    case 'session_not_found':
    case 'session_expired':
      return at(null, 'The link has expired. Ask for a new one.')
    default:
      return at(null, errorLine(error))
  }
}

/** Auth servers name the wait in the message where they know it ("... after 59 seconds."); Supabase's windows are five minutes. */
function whenToTryAgain(message: string): string {
  const seconds = Number(/\b(\d+) seconds?\b/.exec(message)?.[1] ?? Number.NaN)
  if (Number.isNaN(seconds)) return 'in a few minutes'
  if (seconds < 90) return `in ${seconds === 1 ? 'a second' : `${seconds} seconds`}`
  return `in ${Math.ceil(seconds / 60)} minutes`
}
