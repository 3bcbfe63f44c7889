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
      return at(null, 'That was asked for too often. Wait a minute, then try again.')
    case 'signup_disabled':
    case 'email_provider_disabled':
      return at(null, 'New accounts are switched off here. Ask whoever runs this DataSync to invite you.')
    case 'session_not_found':
    case 'session_expired':
      return at(null, 'The link has expired. Ask for a new one.')
    default:
      return at(null, errorLine(error))
  }
}
