import { describe, expect, it } from 'vitest'
import type { AuditEntry } from '@/features/audit/entry'
import { entryRecord, exportedText, type ExportFormat } from '@/features/audit/export-entries'

const entry = (seq: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  seq, at: '2026-11-21T10:00:00+00:00', actorKind: 'user', actorId: 'u', actorName: 'Ada', action: 'updated', subjectKind: 'sites', subjectId: 's',
  subjectName: 'Blog', changes: [{ field: 'name', before: 'a', after: 'b' }], ip: '127.0.0.1', userAgent: 'Firefox', requestId: 'r', previousHash: '00', hash: '11',
  ...more,
})

/** A log of so many entries, read as the API would answer. */
const logOf = (count: number, more?: Partial<AuditEntry>) => async (before: number | null, limit: number) =>
  Array.from({ length: Math.max(0, Math.min(limit, (before ?? count + 1) - 1)) }, (_, index) => entry((before ?? count + 1) - 1 - index, more))

async function file(format: ExportFormat, count: number, more?: Partial<AuditEntry>): Promise<{ text: string; progress: [number, number][] }> {
  const progress: [number, number][] = []
  let text = ''
  for await (const part of exportedText(format, logOf(count, more), (...step) => progress.push(step))) text += part
  return { text, progress }
}

describe('an export', () => {
  it.each([0, 1, 999, 1000, 1001, 3000])('of %i entries is JSON with each of them once, newest first', async (count) => {
    const { text } = await file('json', count)
    expect((JSON.parse(text) as { seq: number }[]).map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => count - index))
  })

  it.each([0, 1, 1001])('of %i entries is CSV with a line for each', async (count) => {
    const { text } = await file('csv', count)
    expect(text.charAt(0)).toBe('\uFEFF')
    expect(text.endsWith('\r\n')).toBe(true)
    expect(text.split('\r\n')).toHaveLength(count + 2)
  })

  it('says how far it is', async () => {
    expect((await file('csv', 2500)).progress).toEqual([[1000, 1501], [2000, 501], [2500, 1]])
  })

  it('in CSV has nothing that a spreadsheet runs, whatever people called their things', async () => {
    const { text } = await file('csv', 1, { subjectName: '=HYPERLINK("http://x")', actorName: '@SUM(1)', userAgent: '+1' })
    const line = text.split('\r\n')[1]
    expect(line).toContain(`,"'=HYPERLINK(""http://x"")",`)
    expect(line).toContain(",'@SUM(1),")
    expect(line).toContain(",'+1,")
    expect(line).toMatch(/^1,2026-11-21T10:00:00\+00:00,user,/)
    expect(line).toContain('"[{""field"":""name"",""before"":""a"",""after"":""b""}]"')
  })

  it('in JSON has the names of the columns', () => {
    expect(entryRecord(entry(7))).toMatchObject({ seq: 7, actor_kind: 'user', subject_name: 'Blog', previous_hash: '00', changes: [{ field: 'name', before: 'a', after: 'b' }] })
  })
})
