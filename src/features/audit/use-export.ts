import { useCallback, useEffect, useRef, useState } from 'react'
import type { AuditFilters } from '@/features/audit/audit-filters'
import { exportedText, type ExportFormat } from '@/features/audit/export-entries'
import { fetchEnd, fetchEntries } from '@/features/audit/queries/entries'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { saveFile } from '@/ui/save-file'
import { toast } from '@/ui/toaster'

export interface ExportProgress {
  format: ExportFormat
  entries: number
  /** How far down the log it has got, from 0 to 1; null before the first portion. */
  share: number | null
}

const TYPES: Record<ExportFormat, string> = { csv: 'text/csv;charset=utf-8', json: 'application/json;charset=utf-8' }

/** Everything that the filters leave, as a file. One export at a time; leaving the page ends it. */
export function useExport(filters: AuditFilters) {
  const [progress, setProgress] = useState<ExportProgress | null>(null)
  const running = useRef<AbortController | null>(null)
  const cancel = useCallback(() => {
    running.current?.abort()
    running.current = null
    setProgress(null)
  }, [])
  useEffect(() => () => running.current?.abort(), [])

  const start = useCallback(
    async (format: ExportFormat) => {
      running.current?.abort()
      const controller = new AbortController()
      const { signal } = controller
      running.current = controller
      setProgress({ format, entries: 0, share: null })
      try {
        const [first, last] = await Promise.all([fetchEnd('first', signal), fetchEnd('last', signal)])
        const span = first === null || last === null ? 1 : last.seq - first.seq + 1
        // A blob that is made of blobs need not be held in memory: the browser may put the portions on its disk.
        const parts: Blob[] = []
        let written = 0
        const read = (before: number | null, limit: number) => fetchEntries(filters, before, limit, signal)
        for await (const text of exportedText(format, read, (entries, seq) => {
          written = entries
          setProgress({ format, entries, share: last === null ? null : (last.seq - seq + 1) / span })
        })) {
          signal.throwIfAborted()
          parts.push(new Blob([text]))
        }
        saveFile(`audit-log-${new Date().toISOString().slice(0, 10)}.${format}`, TYPES[format], parts)
        toast.success(`Exported ${count('entry', written, 'entries')}`)
      } catch (error) {
        if (!signal.aborted) toast.error(errorLine(error))
      } finally {
        if (running.current === controller) cancel()
      }
    },
    [filters, cancel],
  )

  return { progress, start, cancel }
}
