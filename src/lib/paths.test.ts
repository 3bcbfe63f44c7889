import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { paths, safeNext } from './paths.ts'

const ORIGIN = 'https://app.test'

describe('paths', () => {
  it('carries where to go on to, and leaves home out', () => {
    expect(paths.signIn.getHref({ next: '/jobs/1?x=2#y' })).toBe('/sign-in?next=%2Fjobs%2F1%3Fx%3D2%23y')
    expect(paths.signIn.getHref({ next: '/' })).toBe('/sign-in')
    expect(paths.landing.getHref('acme', 'a/b')).toBe('/c/acme/a%2Fb')
  })
})

describe('safeNext', () => {
  it('lets a path of the app through', () => {
    expect(safeNext('/jobs/1?x=2#y', ORIGIN)).toBe('/jobs/1?x=2#y')
  })

  it.each([null, undefined, '', 'jobs', 'https://evil.test', '//evil.test', '/\\evil.test', '/\t/evil.test', 'javascript:alert(1)', '\\\\evil.test'])('turns %j into home', (next) => {
    expect(safeNext(next, ORIGIN)).toBe('/')
  })

  it('never leaves the origin, whatever is typed', () => {
    fc.assert(fc.property(fc.string(), fc.constantFrom('', '/', '//', '/\\', '/\t', '/\n/'), (text, start) => {
      expect(new URL(safeNext(start + text, ORIGIN), ORIGIN).origin).toBe(ORIGIN)
    }))
  })
})
