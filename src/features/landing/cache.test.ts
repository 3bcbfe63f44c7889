// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from 'vitest'
import { createPageCache } from './cache.ts'
import { landingPage } from './test-pages.ts'

const address = { organization: 'acme', site: 'facebook' }

describe('page cache', () => {
  beforeEach(() => localStorage.clear())

  it('gives back what it was given, page by page', () => {
    const cache = createPageCache(localStorage, address)
    expect(cache.load()).toBeNull()
    cache.save(landingPage(7))
    expect(createPageCache(localStorage, address).load()).toEqual(landingPage(7))
    expect(createPageCache(localStorage, { organization: 'acme', site: 'google' }).load()).toBeNull()
    cache.clear()
    expect(cache.load()).toBeNull()
  })

  it('keeps pages apart whose slugs spell the same together', () => {
    createPageCache(localStorage, { organization: 'a/b', site: 'c' }).save(landingPage(1))
    expect(createPageCache(localStorage, { organization: 'a', site: 'b/c' }).load()).toBeNull()
  })

  it.each(['{broken', 'null', '[]', '{"sequence":1}', '"text"'])('ignores damaged storage: %s', (text) => {
    const cache = createPageCache(localStorage, address)
    cache.save(landingPage(1))
    for (const key of Object.keys(localStorage)) localStorage.setItem(key, text)
    expect(cache.load()).toBeNull()
  })

  it('does without storage that is closed or full', () => {
    const refuse = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
    const closed: Storage = { length: 0, clear: refuse, getItem: refuse, key: refuse, removeItem: refuse, setItem: refuse }
    for (const storage of [null, closed]) {
      const cache = createPageCache(storage, address)
      cache.save(landingPage(1))
      cache.clear()
      expect(cache.load()).toBeNull()
    }
  })
})
