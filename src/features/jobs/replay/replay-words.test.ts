import { describe, expect, it } from 'vitest'
import { failedWords, partsOfReplay, replayFilter, replayWords, whyNoBody, type ReplayForm } from './replay-words.ts'

const now = Date.parse('2026-11-21T12:00:00Z')
const form = (over: Partial<ReplayForm> = {}): ReplayForm => ({ siteIds: [], statuses: ['failed'], window: 'day', now, from: '', to: '', ...over })

describe('what a bulk replay asks for', () => {
  it('is every site while none is chosen, back from the moment the form was opened', () => {
    expect(replayFilter(form())).toEqual({ filter: { statuses: ['failed'], from: '2026-11-20T12:00:00.000Z' } })
    expect(replayFilter(form({ window: 'hour', siteIds: ['a'] }))).toEqual({ filter: { statuses: ['failed'], site_ids: ['a'], from: '2026-11-21T11:00:00.000Z' } })
  })
  it('has no bounds for any time', () => {
    expect(replayFilter(form({ window: 'any', statuses: ['failed', 'success'] }))).toEqual({ filter: { statuses: ['failed', 'success'] } })
  })
  it('takes two times in the zone of the browser, either of them open', () => {
    const from = new Date('2026-11-20T08:30:00').toISOString()
    const to = new Date('2026-11-20T09:30:00').toISOString()
    expect(replayFilter(form({ window: 'custom', from: '2026-11-20T08:30', to: '2026-11-20T09:30' }))).toEqual({ filter: { statuses: ['failed'], from, to } })
    expect(replayFilter(form({ window: 'custom', to: '2026-11-20T09:30' }))).toEqual({ filter: { statuses: ['failed'], to } })
    expect(replayFilter(form({ window: 'custom' }))).toEqual({ filter: { statuses: ['failed'] } })
  })
  it('is not asked while it cannot be answered', () => {
    expect(replayFilter(form({ statuses: [] }))).toEqual({ problem: 'Choose at least one status.' })
    expect(replayFilter(form({ window: 'custom', from: '2026-11-20T09:30', to: '2026-11-20T08:30' }))).toEqual({ problem: 'The end lies before the beginning.' })
  })
})

describe('words around a replay', () => {
  it('names what failed, and counts what it does not name', () => {
    expect(failedWords(['Google'], 3)).toBe('1 of 3 sites did not accept this run: Google.')
    expect(failedWords(['A', 'B', 'C', 'D', 'E'], 9)).toBe('5 of 9 sites did not accept this run: A, B, C and 2 more.')
  })
  it('tells a body that never was from one that is no longer there', () => {
    expect(whyNoBody('skipped')).toContain('skipped')
    expect(whyNoBody('success')).toContain('no longer kept')
  })
})

describe('what a bulk replay would send', () => {
  const delivery = (over: { enabled?: boolean; has_body?: boolean } = {}) => ({
    delivery_id: 'd', site_id: 's', site_name: 'A', job_number: 1, status: 'failed', created_at: '2026-11-21T11:00:00Z', item_count: 1, body_bytes: 1,
    sequence: 1, has_body: true, enabled: true, is_accepted: false, ...over,
  })
  const deliveries = [delivery(), delivery({ enabled: false, has_body: false }), delivery({ has_body: false }), delivery()]

  it('leaves out what is disabled, and of the originals what is no longer kept', () => {
    expect(partsOfReplay({ deliveries }, 'original')).toEqual({ sent: 2, disabled: 1, withoutBody: 1 })
    expect(partsOfReplay({ deliveries }, 'current')).toEqual({ sent: 3, disabled: 1, withoutBody: 0 })
  })
  it('says so', () => {
    expect(replayWords({ sent: 2, disabled: 1, withoutBody: 1 })).toBe(
      '2 deliveries would be sent again; 1 site is disabled and passed by; of 1 the original is no longer kept.',
    )
    expect(replayWords({ sent: 1, disabled: 0, withoutBody: 0 })).toBe('1 delivery would be sent again.')
    expect(replayWords({ sent: 0, disabled: 0, withoutBody: 0 })).toBe('Nothing matches.')
  })
})
