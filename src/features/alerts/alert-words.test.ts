import { describe, expect, it } from 'vitest'
import { channelsInWords, inboxSentence, isAddress, ruleSentence, spanInWords, splitAddresses, subjectHref } from '@/features/alerts/alert-words'

describe('words of alerts', () => {
  it.each([[1, '1 minute'], [90, '90 minutes'], [60, '1 hour'], [1440, '1 day'], [2880, '2 days'], [1500, '25 hours']])('%i minutes are %s', (minutes, words) => {
    expect(spanInWords(minutes)).toBe(words)
  })

  it('says what a rule watches and whom it tells', () => {
    expect(ruleSentence({ kind: 'run', thresholdMinutes: 0, partial: false })).toBe('When a run fails for all of its sites')
    expect(ruleSentence({ kind: 'silence', thresholdMinutes: 1440, partial: true })).toBe('When nothing is synced for 1 day')
    expect(ruleSentence({ kind: 'schedule', thresholdMinutes: 5, partial: true })).toBe('When a schedule is 5 minutes late or cannot run')
    expect(channelsInWords({ memberIds: ['a'], emails: ['b@example.com'], webhookUrl: 'https://x' })).toBe('inbox, 2 mails, webhook')
    expect(channelsInWords({ memberIds: [], emails: [], webhookUrl: null })).toBe('inbox')
    expect([0, 1, 3].map(inboxSentence)).toEqual(['No alert is firing', 'One alert is firing', '3 alerts are firing'])
  })

  it('leads to the run, the site or the schedule', () => {
    expect(subjectHref({ kind: 'site', id: 's' })).toBe('/sites/s')
    expect(subjectHref({ kind: 'site', id: 's', jobId: 'j' })).toBe('/jobs/j')
    expect(subjectHref({ kind: 'schedule', id: 'c' })).toBe('/jobs/schedules/c')
    expect(subjectHref({ kind: 'organization', id: 'o' })).toBeNull()
  })

  it('takes addresses however they are separated, each once', () => {
    expect(splitAddresses(' Ada@Example.com, ops@example.com;\nada@example.com ')).toEqual(['ada@example.com', 'ops@example.com'])
    expect(splitAddresses('  ')).toEqual([])
    expect(['ada@example.com', 'ada@example', 'ada example.com', 'a@b@c.de'].map(isAddress)).toEqual([true, false, false, false])
  })
})
