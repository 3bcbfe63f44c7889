/** What an e-mail link brought back in the address, read before the auth client cleans it away. */
export interface AuthRedirect {
  /** Words for what went wrong, or null. */
  error: AuthRedirectError | null
  /** A link made with a custom template carries a hash to verify instead of a finished session. */
  tokenHash: { hash: string; type: string } | null
  /** A session or a code is in the address: the client is about to take it. */
  carriesSession: boolean
}

export interface AuthRedirectError {
  title: string
  detail: string
}

export function parseAuthRedirect(location: Pick<Location, 'hash' | 'search'>): AuthRedirect {
  const query = new URLSearchParams(location.search)
  const hash = new URLSearchParams(location.hash.replace(/^#/, ''))
  const read = (name: string) => hash.get(name) ?? query.get(name)
  const code = read('error_code') ?? read('error')
  const tokenHash = query.get('token_hash')
  return {
    error: code === null ? null : inWords(code, read('error_description')),
    tokenHash: tokenHash === null ? null : { hash: tokenHash, type: query.get('type') ?? 'email' },
    carriesSession: hash.has('access_token') || query.has('code'),
  }
}

/** Codes: https://supabase.com/docs/guides/auth/debugging/error-codes */
function inWords(code: string, description: string | null): AuthRedirectError {
  switch (code) {
    case 'otp_expired':
    case 'flow_state_expired':
      return {
        title: 'This link has expired or was used before',
        detail: 'Links work once and for a limited time; some mail programs open them before you do. Ask for a new one.',
      }
    case 'access_denied':
      return { title: 'This link was not accepted', detail: description ?? 'Ask for a new one.' }
    case 'bad_code_verifier':
    case 'flow_state_not_found':
      return { title: 'This link belongs to another browser', detail: 'Open it in the browser where you asked for it, or ask for a new one here.' }
    case 'signup_disabled':
      return { title: 'New accounts are switched off here', detail: 'Ask whoever runs this DataSync to invite you.' }
    default:
      return { title: 'Signing in did not work', detail: description ?? 'Ask for a new link and try again.' }
  }
}

export const authRedirect: AuthRedirect = parseAuthRedirect(window.location)
