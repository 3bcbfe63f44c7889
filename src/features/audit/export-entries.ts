import { sentenceText } from '@/features/audit/audit-words'
import type { AuditEntry } from '@/features/audit/entry'
import { csvLine, CSV_START } from '@/lib/csv'

export type ExportFormat = 'csv' | 'json'

/** The API cuts every answer at this many rows (supabase/config.toml). */
const PORTION = 1000

/** The entries below a number, newest first; fewer than asked for where there are no more. */
type ReadPortion = (before: number | null, limit: number) => Promise<readonly AuditEntry[]>

const COLUMNS = [
  'seq', 'at', 'actor_kind', 'actor_name', 'actor_id', 'what', 'action', 'subject_kind', 'subject_name', 'subject_id', 'changes', 'ip', 'user_agent',
  'request_id', 'previous_hash', 'hash',
] as const

const csvRow = (entry: AuditEntry): string =>
  csvLine([
    entry.seq, entry.at, entry.actorKind, entry.actorName, entry.actorId, sentenceText(entry), entry.action, entry.subjectKind, entry.subjectName,
    entry.subjectId, JSON.stringify(entry.changes), entry.ip, entry.userAgent, entry.requestId, entry.previousHash, entry.hash,
  ])

/** An entry under the names that its columns have, as one copies or exports it. */
export function entryRecord(entry: AuditEntry): Record<string, unknown> {
  return {
    seq: entry.seq, at: entry.at, actor_kind: entry.actorKind, actor_id: entry.actorId, actor_name: entry.actorName, action: entry.action,
    subject_kind: entry.subjectKind, subject_id: entry.subjectId, subject_name: entry.subjectName, changes: entry.changes, ip: entry.ip,
    user_agent: entry.userAgent, request_id: entry.requestId, previous_hash: entry.previousHash, hash: entry.hash,
  }
}

/**
 * The file, portion by portion, as it is read: a million entries are never in memory at once. CSV (RFC 4180, harmless for
 * spreadsheets) or one JSON array with an entry a line.
 */
export async function* exportedText(format: ExportFormat, read: ReadPortion, onProgress: (entries: number, lastSeq: number) => void): AsyncGenerator<string> {
  let before: number | null = null
  let written = 0
  yield format === 'csv' ? CSV_START + csvLine(COLUMNS) : '['
  for (;;) {
    const entries: readonly AuditEntry[] = await read(before, PORTION)
    yield format === 'csv'
      ? entries.map(csvRow).join('')
      : entries.map((entry, index) => `${written + index === 0 ? '' : ','}\n${JSON.stringify(entryRecord(entry))}`).join('')
    written += entries.length
    const last = entries.at(-1)
    if (last !== undefined) onProgress(written, last.seq)
    if (last === undefined || entries.length < PORTION) break
    before = last.seq
  }
  if (format === 'json') yield '\n]\n'
}
