import { describe, expect, it } from 'vitest'
import type { LastRun } from '@/features/dashboard/queries/figures'
import { headline, subline } from './sentence.ts'

const run: LastRun = { id: 'r', number: 7, status: 'success', idle: false, createdAt: '', finishedAt: '' }
const facts = (sites: number, behind: string[], lastRun: LastRun | null = run) => ({
  sites, sitesUpToDate: sites - behind.length, sitesBehind: behind.slice(0, 5).map((name) => ({ id: name, name })), published: 3, lastRun,
})

describe('the sentence of the home page', () => {
  it.each([
    [facts(0, []), 'No site is set up yet'],
    [facts(1, []), 'One site, up to date'],
    [facts(3, []), 'Three sites, all up to date'],
    [facts(3, ['Instagram']), 'Three sites, all but one up to date'],
    [facts(4, ['A', 'B']), 'Four sites, two up to date'],
    [facts(2, ['A', 'B']), 'Two sites, none up to date'],
    [facts(1, ['A']), 'One site, not up to date'],
    [facts(3, ['A', 'B', 'C'], null), 'Three sites, waiting for their first run'],
    [facts(12, []), '12 sites, all up to date'],
  ])('%# is true', (value, words) => {
    expect(headline(value)).toBe(words)
  })

  it('names what is behind, and counts what it does not name', () => {
    expect(subline(facts(3, ['Instagram']))).toBe('Instagram has not accepted what it should show now.')
    expect(subline(facts(9, ['A', 'B', 'C', 'D', 'E', 'F', 'G']))).toBe('A, B, C, D, E and 2 more have not accepted what they should show now.')
  })

  it('says that a run is under way rather than what is behind because of it', () => {
    expect(subline(facts(3, ['A'], { ...run, status: 'running' }))).toBe('Run 7 is under way.')
  })
})
