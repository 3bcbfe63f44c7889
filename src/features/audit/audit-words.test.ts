import { describe, expect, it } from 'vitest'
import { formatWhen, sentenceText, shownValue } from '@/features/audit/audit-words'
import { readChanges, type AuditChange } from '@/features/audit/entry'

const sentence = (action: string, subjectKind: string, subjectName: string, changes: AuditChange[] = []) =>
  sentenceText({ action, subjectKind, subjectName, changes })
const changed = (...fields: string[]): AuditChange[] => fields.map((field) => ({ field, before: { a: 1 }, after: { a: 2 } }))

describe('what happened, in a sentence', () => {
  it('names the object and the fields that were changed', () => {
    expect(sentence('updated', 'sites', 'Facebook Campaign', changed('destination_url', 'timeout_ms'))).toBe('changed site Facebook Campaign: destination_url, timeout_ms')
    expect(sentence('created', 'content_items', 'Free Installation', changed('title'))).toBe('created item Free Installation')
    expect(sentence('deleted', 'content_types', 'offer_banner')).toBe('deleted content type offer_banner')
  })

  it('says the two values of a single short field', () => {
    expect(sentence('updated', 'memberships', 'ada@example.com', [{ field: 'role', before: 'viewer', after: 'editor' }])).toBe('changed member ada@example.com: role viewer to editor')
    expect(sentence('updated', 'sites', 'Blog', [{ field: 'enabled', before: true, after: false }, { field: 'updated_at', before: 'x', after: 'y' }])).toBe('changed site Blog: enabled on to off')
    expect(sentence('updated', 'sites', 'Blog', [{ field: 'timeout_ms', before: 5000, after: 10_000 }])).toBe('changed site Blog: timeout_ms 5,000 to 10,000')
    expect(sentence('updated', 'sites', 'Blog', [{ field: 'name', before: 'x'.repeat(50), after: 'y' }])).toBe('changed site Blog: name')
  })

  it('names four fields, and how many more; never "1 more", which is as long as its name', () => {
    expect(sentence('updated', 'sites', 'Blog', changed('a', 'b', 'c', 'd', 'e'))).toBe('changed site Blog: a, b, c, d, e')
    expect(sentence('updated', 'sites', 'Blog', changed('a', 'b', 'c', 'd', 'e', 'f'))).toBe('changed site Blog: a, b, c, d and 2 more')
  })

  it.each([
    ['created', 'memberships', 'added member x'],
    ['deleted', 'memberships', 'removed member x'],
    ['created', 'invitations', 'invited x'],
    ['revealed', 'site_secrets', 'revealed the secret of x'],
    ['overlap_ended', 'site_secrets', 'ended the overlap of the secret of x'],
    ['hold_lifted', 'sites', 'lifted the hold of site x'],
    ['exported', 'organizations', 'exported organization x'],
    ['created', 'site_item_mappings', 'added mapping x'],
    ['new_act', 'new_things', 'new act new things x'],
  ])('%s %s: %s', (action, kind, expected) => expect(sentence(action, kind, 'x')).toBe(expected))

  it('says what became of an invitation and of a key', () => {
    const revoked = [{ field: 'revoked_at', before: null, after: '2026-11-21T10:00:00Z' }]
    expect(sentence('updated', 'invitations', 'x', revoked)).toBe('revoked the invitation of x: revoked_at')
    expect(sentence('updated', 'api_keys', 'CI', revoked)).toBe('revoked API key CI: revoked_at')
    expect(sentence('updated', 'invitations', 'x', [{ field: 'accepted_at', before: null, after: 'now' }])).toBe('accepted the invitation of x: accepted_at')
  })
})

it('a value that was kept in part says so', () => {
  expect(shownValue({ truncated: true, characters: 12_345, start: 'Once upon' })).toBe('Once upon… (12,345 characters)')
  expect(shownValue({ truncated: false })).toEqual({ truncated: false })
})

it('a field that did not exist on a side has no such side', () => {
  expect(readChanges([{ field: 'a', after: 1 }, { field: 'b', before: null }, { nonsense: 1 }])).toEqual([{ field: 'a', after: 1 }, { field: 'b', before: null }])
  expect(readChanges('text')).toEqual([])
})

it('a time is a date and a clock, with its year only where that is another', () => {
  const at = new Date(2026, 10, 21, 14, 6, 12)
  expect(formatWhen(at.toISOString(), at.getTime())).toBe('Nov 21, 14:06:12')
  expect(formatWhen(at.toISOString(), new Date(2027, 0, 2).getTime())).toBe('Nov 21, 2026, 14:06:12')
})
