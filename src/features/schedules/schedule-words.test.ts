import { describe, expect, it } from 'vitest'
import { lastRunOf, nextOf, schedulesSentence, scopeInWords } from '@/features/schedules/schedule-words'

const on = { enabled: true }
const off = { enabled: false }

describe('the sentence of the page', () => {
  it.each([
    [[on], 'One schedule'],
    [[off], 'One schedule, and it is off'],
    [[on, on, off], 'Three schedules, one of them off'],
    [[off, off], 'Two schedules, all of them off'],
  ])('%j: %s', (schedules, sentence) => {
    expect(schedulesSentence(schedules)).toBe(sentence)
  })
})

describe('the scope', () => {
  it('says when the last chosen site is gone', () => {
    expect(scopeInWords({ allSites: true, siteIds: [] })).toBe('All sites')
    expect(scopeInWords({ allSites: false, siteIds: ['a'] })).toBe('1 site')
    expect(scopeInWords({ allSites: false, siteIds: [] })).toBe('No site left')
  })
})

describe('the last run', () => {
  const at = '2026-11-21T15:00:00Z'
  const job = { id: 'j', number: 12, status: 'partial' }
  const kind = 'publish'
  it('is its job, while that is known', () => {
    expect(lastRunOf({ kind, lastRunAt: at, lastOutcome: 'started', lastJob: job })).toEqual({ kind: 'job', at, job })
    expect(lastRunOf({ kind, lastRunAt: at, lastOutcome: 'started', lastJob: null })).toEqual({ kind: 'started', at })
  })
  it('that found nothing to do does not point at the job before it', () => {
    expect(lastRunOf({ kind, lastRunAt: at, lastOutcome: 'nothing to do', lastJob: job })).toEqual({ kind: 'idle', at })
  })
  it('that was refused says why', () => {
    expect(lastRunOf({ kind, lastRunAt: at, lastOutcome: 'There is no site to sync.', lastJob: job })).toEqual({ kind: 'refused', at, reason: 'There is no site to sync.', job })
    expect(lastRunOf({ kind, lastRunAt: null, lastOutcome: '', lastJob: null })).toEqual({ kind: 'never' })
  })
})

describe('a check of drift', () => {
  const at = '2026-11-21T15:00:00Z'
  it('is told by what it found', () => {
    const check = { kind: 'drift', lastRunAt: at, lastJob: null } as const
    expect(lastRunOf({ ...check, lastOutcome: '0 of 3 sites drifted' })).toEqual({ kind: 'checked', at, result: '0 of 3 sites drifted', inSync: true })
    expect(lastRunOf({ ...check, lastOutcome: '1 of 3 sites drifted' })).toMatchObject({ kind: 'checked', inSync: false })
    expect(lastRunOf({ ...check, lastOutcome: 'nothing to do' })).toEqual({ kind: 'idle', at })
  })
})

describe('what comes next', () => {
  it('is the earliest', () => {
    expect(nextOf([{ at: 3 }, { at: 1 }, { at: 2 }])).toEqual({ at: 1 })
    expect(nextOf([])).toBeNull()
  })
})
