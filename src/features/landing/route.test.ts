import { describe, expect, it } from 'vitest'
import { parsePagePath } from './route.ts'

describe('parsePagePath', () => {
  it('reads organization and site', () => {
    expect(parsePagePath('/c/acme/facebook')).toEqual({ organization: 'acme', site: 'facebook' })
    expect(parsePagePath('/c/acme/facebook/')).toEqual({ organization: 'acme', site: 'facebook' })
    expect(parsePagePath('/c/acme/b%C3%BCro')).toEqual({ organization: 'acme', site: 'büro' })
  })

  it.each([
    '/',
    '/c',
    '/c/',
    '/c/acme',
    '/c/acme/',
    '/c//facebook',
    '/c/acme/facebook/more',
    '/x/acme/facebook',
    '/c/acme/%20',
    '/c/acme/%zz',
  ])('finds no page in %s', (path) => {
    expect(parsePagePath(path)).toBeNull()
  })
})
