import { describe, expect, it } from 'vitest'
import { parseAuthRedirect } from './auth-redirect.ts'

describe('parseAuthRedirect', () => {
  it('puts an expired link into words, wherever the server wrote it', () => {
    const expired = 'error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid+or+has+expired'
    for (const location of [{ hash: `#${expired}`, search: '' }, { hash: '', search: `?${expired}` }]) {
      expect(parseAuthRedirect(location).error?.title).toBe('This link has expired or was used before')
    }
  })

  it('passes on the words of an error it does not know', () => {
    expect(parseAuthRedirect({ hash: '#error=server_error&error_description=Database+error', search: '' }).error).toEqual({
      title: 'Signing in did not work', detail: 'Database error',
    })
  })

  it('sees a session and a hash to verify', () => {
    expect(parseAuthRedirect({ hash: '#access_token=x&type=recovery', search: '' })).toEqual({ error: null, tokenHash: null, carriesSession: true })
    expect(parseAuthRedirect({ hash: '', search: '?token_hash=abc&type=recovery' }).tokenHash).toEqual({ hash: 'abc', type: 'recovery' })
  })
})
