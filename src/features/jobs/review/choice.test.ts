import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { choiceOf, chosenIds, planText, reviewAddress, type Choice } from './choice.ts'

const site = (n: number, over: Partial<{ unchanged: boolean; enabled: boolean }> = {}) => ({ site_id: `id-${n}`, slug: `site-${n}`, unchanged: false, enabled: true, ...over })
const sites = [site(1), site(2, { unchanged: true }), site(3), site(4, { enabled: false })]
const read = (address: string) => reviewAddress.read(new URLSearchParams(address))

describe('which sites a run is for', () => {
  it.each([
    ['', ['id-1', 'id-2', 'id-3']],
    ['choose=changed', ['id-1', 'id-3']],
    ['choose=none', []],
    ['only=site-2,site-4,no-such-site', ['id-2']],
    ['except=site-1', ['id-2', 'id-3']],
    ['choose=whatever', ['id-1', 'id-2', 'id-3']],
  ])('is read from "%s"; a disabled one is never chosen', (address, ids) => {
    expect([...chosenIds(read(address).choice, sites)]).toEqual(ids)
  })
  it('comes back from the address, whatever was chosen', () => {
    const many = Array.from({ length: 12 }, (_, n) => site(n, { enabled: n % 5 !== 0 }))
    fc.assert(
      fc.property(fc.subarray(many.filter(({ enabled }) => enabled)), (some) => {
        const chosen = new Set(some.map(({ site_id }) => site_id))
        const address = reviewAddress.write({ part: 'all', text: '', choice: choiceOf(chosen, many) }, new URLSearchParams())
        expect(chosenIds(reviewAddress.read(address).choice, many)).toEqual(chosen)
      }),
    )
  })
  it('is said by the fewer names', () => {
    const choice = (ids: string[]): Choice => choiceOf(new Set(ids), sites)
    expect(choice(['id-1'])).toEqual({ kind: 'only', slugs: ['site-1'] })
    expect(choice(['id-1', 'id-2'])).toEqual({ kind: 'except', slugs: ['site-3'] })
    expect(choice([])).toEqual({ kind: 'none', slugs: [] })
  })
  it('keeps what else the address says', () => {
    expect(reviewAddress.write({ part: 'warnings', text: ' shop ', choice: { kind: 'none', slugs: [] } }, new URLSearchParams('sites=x')).toString()).toBe('sites=x&show=warnings&q=shop&choose=none')
  })
})

describe('what the hash of a plan covers', () => {
  it('is the sites by their ids, what each would be sent, and what it has', () => {
    const of = (site_id: string, hash: string, accepted_hash: string | null) => ({ site_id, hash, accepted_hash })
    expect(planText([of('b', 'h2', null), of('a', 'h1', 'old')])).toBe('a:h1:old,b:h2:-')
  })
})
