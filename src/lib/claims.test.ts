import { describe, expect, it } from 'vitest'
import { readClaims } from './claims.ts'

const token = (payload: unknown) => `h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`

describe('readClaims', () => {
  it('reads what the access-token hook put there', () => {
    expect(readClaims(token({ organization_id: 'o1', organization_role: 'editor', name: 'Zoë ÿ' }))).toEqual({ organizationId: 'o1', role: 'editor' })
  })

  it('takes nothing for granted', () => {
    const nothing = { organizationId: null, role: null }
    expect(readClaims(token({}))).toEqual(nothing)
    expect(readClaims(token({ organization_id: '', organization_role: 'owner' }))).toEqual(nothing)
    expect(readClaims(token(null))).toEqual(nothing)
    expect(readClaims('not a token')).toEqual(nothing)
  })
})
