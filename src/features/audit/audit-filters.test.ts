import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFiltering, NO_FILTERS, readFilters, writeFilters, type AuditFilters } from '@/features/audit/audit-filters'
import { periodOf } from '@/lib/days'

const search = (text: string) => new URLSearchParams(text)

describe('filters in the address', () => {
  it('are read back as they were written', () => {
    const days = fc.date({ min: new Date(2000, 0, 1), max: new Date(2100, 0, 1), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10))
    const filters = fc.record<AuditFilters>({
      actor: fc.oneof(fc.constant(null), fc.constantFrom({ kind: 'system' } as const, { kind: 'user' } as const), fc.uuid().map((id) => ({ id }))),
      subjectKind: fc.constantFrom(null, 'sites', 'content_items'),
      subjectId: fc.option(fc.uuid()),
      action: fc.constantFrom(null, 'created', 'overlap_ended'),
      from: fc.option(days),
      to: fc.option(days),
      text: fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.trim()),
    })
    fc.assert(
      fc.property(filters, (value) => {
        expect(readFilters(search(writeFilters(value).toString()))).toEqual(value)
      }),
    )
  })

  it('that say nothing that can be are left out', () => {
    expect(readFilters(search('actor=nobody&kind=Sites;drop&action=&from=2026-02-30&to=tomorrow&subject='))).toEqual(NO_FILTERS)
    expect(isFiltering(NO_FILTERS)).toBe(false)
    expect(isFiltering({ ...NO_FILTERS, text: 'face' })).toBe(true)
  })

  it('leave alone what else the address says', () => {
    expect(writeFilters({ ...NO_FILTERS, action: 'created' }, search('entry=7&q=old')).toString()).toBe('entry=7&action=created')
  })

  it('name whole days of the reader, the last one included', () => {
    expect(periodOf({ from: '2026-11-21', to: '2026-11-21' })).toEqual({
      from: new Date(2026, 10, 21).toISOString(),
      before: new Date(2026, 10, 22).toISOString(),
    })
    expect(periodOf({ from: null, to: '2026-12-31' })).toEqual({ from: null, before: new Date(2027, 0, 1).toISOString() })
  })
})
