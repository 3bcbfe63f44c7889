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

  it.each([
    ['/x/..//evil.example', '/evil.example'],
    ['/.//evil.example', '/evil.example'],
    ['/.\\\\evil.example/a?b#c', '/evil.example/a?b#c'],
    ['/%2e//evil.example', '/evil.example'],
    ['/x/../..///evil.example', '/evil.example'],
    ['/x?next=//evil.example', '/x?next=//evil.example'],
  ])('keeps %j, whose dots leave a host, on a path of the app', (next, expected) => {
    expect(safeNext(next, ORIGIN)).toBe(expected)
  })

  it('never leaves the origin, whatever is typed', () => {
    const part = fc.constantFrom('/', '\\', '.', '..', '%2e', '%2F', '\t', '\n', ' ', '@', ':', '?', '#', 'x', 'evil.example', 'https:')
    const text = fc.oneof(fc.string(), fc.array(part).map((parts) => parts.join('')))
    fc.assert(fc.property(text, fc.constantFrom('', '/', '//', '/\\', '/\t', '/\n/', '/./', '/x/../'), (rest, start) => {
      const result = safeNext(start + rest, ORIGIN)
      expect(new URL(result, ORIGIN).origin).toBe(ORIGIN)
      expect(result).toMatch(/^\/(?![/\\])/)
    }), { numRuns: 2000 })
  })
})
