import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Lag } from '@/features/sites/queries/site-health'
import type { Site } from '@/features/sites/queries/sites'
import { applyFilters, HEALTHS, isFiltering, NO_FILTERS, regionsOf, siteFilters, SORTS, type SiteFilters } from '@/features/sites/site-filters'

const filters = fc.record<SiteFilters>({
  text: fc.string().map((text) => text.trim()),
  health: fc.option(fc.constantFrom(...HEALTHS)),
  lag: fc.option(fc.constantFrom('behind', 'in-sync')),
  state: fc.option(fc.constantFrom('enabled', 'disabled')),
  region: fc.option(fc.string({ maxLength: 60 })),
  sort: fc.record({ key: fc.constantFrom(...SORTS), descending: fc.boolean() }),
})

function site(name: string, more: { enabled?: boolean; region?: string | null; state?: Partial<Site['state']> } = {}): Site {
  return {
    id: name, name, slug: name.toLowerCase().replaceAll(' ', '-'), region: more.region ?? null, destinationUrl: null, enabled: more.enabled ?? true, failureRate: 0, failNext: 0, itemCount: 0,
    delivery: { maxAttempts: 4, firstRetryMs: 500, timeoutSeconds: 10, requestsPerMinute: null, stateUrl: null },
    state: { circuit: 'closed', drift: 'unknown', lastStatus: 'success', acceptedAt: '2026-11-21T08:00:00Z', onHold: false, ...more.state } as Site['state'],
  }
}

const sites = [
  site('Site 10', { region: 'North' }),
  site('Site 2', { region: 'South', state: { lastStatus: 'failed' } }),
  site('Held', { state: { onHold: true, acceptedAt: '2026-11-20T08:00:00Z' } }),
  site('Off', { enabled: false }),
  site('Open', { state: { circuit: 'open', lastStatus: 'failed' } }),
  site('Fresh', { region: 'North', state: { lastStatus: null, acceptedAt: null } }),
]
const lags = new Map<string, Lag>([
  ['Site 10', { differs: true, behindBy: 3, itemCount: 5 }],
  ['Site 2', { differs: false, behindBy: 0, itemCount: 5 }],
  ['Held', { differs: true, behindBy: 12, itemCount: 5 }],
  ['Off', { differs: true, behindBy: 0, itemCount: 5 }],
  ['Open', { differs: true, behindBy: null, itemCount: 5 }],
  ['Fresh', { differs: true, behindBy: 0, itemCount: 0 }],
])
const names = (change: Partial<SiteFilters>, known: ReadonlyMap<string, Lag> | null = lags) => applyFilters(sites, known ?? undefined, { ...NO_FILTERS, ...change }).map(({ name }) => name)

describe('filters in the address', () => {
  it('are read as they were written, and leave the rest of it alone', () => {
    fc.assert(fc.property(filters, (some) => {
      const address = siteFilters.write({ ...some, text: some.text.slice(0, 200) }, new URLSearchParams('other=1'))
      expect(siteFilters.read(address)).toEqual({ ...some, text: some.text.slice(0, 200) })
      expect(address.get('other')).toBe('1')
    }))
  })

  it('that say nonsense say nothing', () => {
    const read = siteFilters.read(new URLSearchParams('health=well&behind=maybe&state=&sort=-shoe'))
    expect(read).toEqual(NO_FILTERS)
    expect(isFiltering(read)).toBe(false)
    expect(siteFilters.write(NO_FILTERS, new URLSearchParams()).size).toBe(0)
  })
})

describe('the list', () => {
  it('is by name as people count, and in any other order that is asked for', () => {
    expect(names({})).toEqual(['Fresh', 'Held', 'Off', 'Open', 'Site 2', 'Site 10'])
    expect(names({ sort: { key: 'name', descending: true } })[0]).toBe('Site 10')
    expect(names({ sort: { key: 'behind', descending: true } }).slice(0, 2)).toEqual(['Held', 'Site 10'])
    expect(names({ sort: { key: 'behind', descending: false } }).slice(0, 2)).toEqual(['Fresh', 'Site 2'])
    expect(names({ sort: { key: 'health', descending: false } }).slice(0, 2)).toEqual(['Open', 'Site 2'])
    for (const descending of [true, false]) expect(names({ sort: { key: 'accepted', descending } }).at(-1)).toBe('Fresh')
  })

  it('holds what matches, and nothing that is not known yet', () => {
    expect(names({ health: 'failing' })).toEqual(['Site 2'])
    expect(names({ health: 'paused' })).toEqual(['Open'])
    expect(names({ health: 'held' })).toEqual(['Held'])
    expect(names({ health: 'new' })).toEqual(['Fresh'])
    expect(names({ state: 'disabled' })).toEqual(['Off'])
    expect(names({ region: 'North' })).toEqual(['Fresh', 'Site 10'])
    expect(names({ region: '' })).toEqual(['Held', 'Off', 'Open'])
    expect(names({ text: 'SITE-1' })).toEqual(['Site 10'])
    // Nothing is mapped to the new one: there is nothing that it could be behind.
    expect(names({ lag: 'behind' })).toEqual(['Held', 'Off', 'Open', 'Site 10'])
    expect(names({ lag: 'in-sync' })).toEqual(['Fresh', 'Site 2'])
    expect(names({ lag: 'in-sync' }, null)).toEqual([])
    expect(regionsOf(sites)).toEqual(['', 'North', 'South'])
  })
})
