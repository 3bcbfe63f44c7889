import { describe, expect, it } from 'vitest'
import { readClaims } from './claims.ts'

const token = (payload: unknown) => `h.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.s`

describe('readClaims', () => {
  it('reads what the access-token hook put there', () => {
    expect(readClaims(token({ organization_id: 'o1', organization_role: 'editor', name: 'Zoë ÿ' }))).toEqual({
      organizationId: 'o1', role: 'editor', sessionId: null, secondFactor: false,
    })
  })

  it('reads which session it is and how sure Auth is of the person', () => {
    expect(readClaims(token({ session_id: 's1', aal: 'aal2' }))).toMatchObject({ sessionId: 's1', secondFactor: true })
    expect(readClaims(token({ session_id: 's1', aal: 'aal1' }))).toMatchObject({ sessionId: 's1', secondFactor: false })
  })

  it('takes nothing for granted', () => {
    const nothing = { organizationId: null, role: null, sessionId: null, secondFactor: false }
    expect(readClaims(token({}))).toEqual(nothing)
    expect(readClaims(token({ organization_id: '', organization_role: 'owner' }))).toEqual(nothing)
    expect(readClaims(token(null))).toEqual(nothing)
    expect(readClaims('not a token')).toEqual(nothing)
  })
})
