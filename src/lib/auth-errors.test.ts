import { AuthApiError } from '@supabase/supabase-js'
import { describe, expect, it } from 'vitest'
import { authErrorText } from './auth-errors.ts'

const refused = (message: string, code: string) => authErrorText(new AuthApiError(message, 429, code)).message

describe('what was asked for too often', () => {
  it.each([
    ['For security purposes, you can only request this after 59 seconds.', 'over_email_send_rate_limit', 'in 59 seconds.'],
    ['For security purposes, you can only request this after 1 second.', 'over_email_send_rate_limit', 'in a second.'],
    ['Request rate limit reached, try again after 272 seconds.', 'over_request_rate_limit', 'in 5 minutes.'],
    ['Request rate limit reached', 'over_request_rate_limit', 'in a few minutes.'],
    ['email rate limit exceeded', 'over_email_send_rate_limit', 'in a few minutes.'],
  ])('"%s" says when to try again', (message, code, when) => {
    expect(refused(message, code)).toBe(`That was asked for too often. Try again ${when}`)
  })
})
