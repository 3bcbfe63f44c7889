import { describe, expect, it } from 'vitest'
import { safeLink, textSchemes, webSchemes } from './links.ts'

const base = 'https://acme.example/c/acme/facebook'

describe('safeLink', () => {
  it.each([
    ['https://example.com/a', 'https://example.com/a', true],
    ['/terms', 'https://acme.example/terms', false],
    ['terms', 'https://acme.example/c/acme/terms', false],
    ['//example.com/', 'https://example.com/', true],
  ])('lets %s through', (value, href, external) => {
    expect(safeLink(value, webSchemes, base)).toEqual({ href, external })
  })

  it.each([
    '',
    '   ',
    'javascript:alert(1)',
    ' JaVaScRiPt:alert(1)',
    'java\nscript:alert(1)',
    '\u0001javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'http://[',
    'irc://a',
  ])('refuses %j', (value) => {
    expect(safeLink(value, textSchemes, base)).toBeNull()
  })

  it('takes mail and telephone in text, but not as a call to action', () => {
    for (const value of ['mailto:a@example.com', 'tel:+15550100']) {
      expect(safeLink(value, textSchemes, base)?.href).toBe(value)
      expect(safeLink(value, webSchemes, base)).toBeNull()
    }
  })
})
