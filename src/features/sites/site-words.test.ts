import { describe, expect, it } from 'vitest'
import type { SiteState } from '@/features/sites/queries/sites'
import { canCheckDrift, siteCondition, siteConditions, sitesSentence, suggestSlug } from '@/features/sites/site-words'
import { countInWords } from '@/lib/format'

const state = (change: Partial<SiteState> = {}): SiteState => ({
  disabledReason: null, circuit: 'closed', circuitChangedAt: null, notBefore: null, secretVersion: null, secretOverlapUntil: null, secretSetAt: null,
  acceptedDeliveryId: null, acceptedSequence: null, acceptedHash: null, acceptedAt: null, acceptedItemCount: null, onHold: false, onHoldSince: null, holdReason: null,
  drift: 'unknown', driftCheckedAt: null, driftMessage: null, driftChanges: [], lastStatus: null, lastError: null, lastAttemptAt: null, ...change,
})
const accepted = state({ acceptedAt: '2026-11-21T08:00:00Z', lastStatus: 'success' })

describe('siteCondition', () => {
  it('names the most pressing thing', () => {
    expect(siteCondition({ enabled: false, state: state({ lastStatus: 'failed' }) })).toBe('disabled')
    expect(siteCondition({ enabled: true, state: state({ onHold: true, lastStatus: 'failed' }) })).toBe('on hold')
    expect(siteCondition({ enabled: true, state: { ...accepted, lastStatus: 'failed' } })).toBe('failed')
    expect(siteCondition({ enabled: true, state: state() })).toBe('never synced')
    expect(siteCondition({ enabled: true, state: accepted })).toBe('success')
  })

  it('is followed by everything else that has to be said', () => {
    expect(siteConditions({ enabled: true, state: { ...accepted, onHold: true, drift: 'drifted' } })).toEqual(['on hold', 'drifted'])
    expect(siteConditions({ enabled: true, state: { ...accepted, circuit: 'open', lastStatus: 'failed' } })).toEqual(['circuit open'])
    expect(siteConditions({ enabled: true, state: { ...accepted, circuit: 'half_open', lastStatus: 'failed' } })).toEqual(['half-open'])
    expect(siteConditions({ enabled: false, state: { ...accepted, lastStatus: 'failed', drift: 'drifted' } })).toEqual(['disabled', 'drifted'])
  })
})

describe('suggestSlug', () => {
  it.each([
    ['Google Campaign', 'google-campaign'],
    ['  Café "Zürich" 24/7 ', 'cafe-zurich-24-7'],
    ['日本', ''],
    ['x'.repeat(80), 'x'.repeat(63)],
  ])('%s -> %s', (name, slug) => {
    expect(suggestSlug(name)).toBe(slug)
  })
})

describe('words', () => {
  it('opens the page with what is true', () => {
    expect(sitesSentence([{ enabled: true, state: accepted }, { enabled: true, state: state({ lastStatus: 'failed' }) }], countInWords)).toBe('two sites, 1 refused the last delivery')
    expect(sitesSentence([{ enabled: true, state: state() }], countInWords)).toBe('one site, nothing received yet')
    expect(sitesSentence([{ enabled: true, state: accepted }], countInWords)).toBe('one site, every delivery accepted')
    expect(sitesSentence([{ enabled: true, state: { ...accepted, drift: 'drifted' } }], countInWords)).toBe('one site, 1 shows something else than was accepted')
    expect(sitesSentence([{ enabled: true, state: { ...accepted, onHold: true } }], countInWords)).toBe('one site, 1 on hold')
  })
})

describe('canCheckDrift', () => {
  const delivery = { maxAttempts: 4, firstRetryMs: 500, timeoutSeconds: 10, requestsPerMinute: null, stateUrl: null }
  it('takes our receiver, or an address of the site\'s own', () => {
    expect(canCheckDrift({ destinationUrl: null, delivery })).toBe(true)
    expect(canCheckDrift({ destinationUrl: 'https://example.com', delivery })).toBe(false)
    expect(canCheckDrift({ destinationUrl: 'https://example.com', delivery: { ...delivery, stateUrl: 'https://example.com/state' } })).toBe(true)
  })
})
