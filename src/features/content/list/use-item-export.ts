import { useCallback, useEffect, useRef, useState } from 'react'
import { exportedItems, type ExportFormat } from '@/features/content/list/export-items'
import type { ItemFilters } from '@/features/content/list/item-filters'
import type { BulkProgress } from '@/features/content/list/use-bulk'
import { getItemDocuments } from '@/features/content/queries/bulk'
import { getItemIds } from '@/features/content/queries/items'
import { errorLine } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import type { ContentType } from '@/lib/queries/content-types'
import { saveFile } from '@/ui/save-file'
import { toast } from '@/ui/toaster'

const MIME: Record<ExportFormat, string> = { csv: 'text/csv;charset=utf-8', json: 'application/json;charset=utf-8' }

/** A selection, or all that the filters leave, as a file. One at a time; leaving the page ends it. */
export function useItemExport(types: readonly ContentType[]) {
  const [progress, setProgress] = useState<BulkProgress | null>(null)
  const running = useRef<AbortController | null>(null)
  const cancel = useCallback(() => {
    running.current?.abort()
    running.current = null
    setProgress(null)
  }, [])
  useEffect(() => () => running.current?.abort(), [])

  const start = async (format: ExportFormat, what: readonly string[] | ItemFilters) => {
    running.current?.abort()
    const controller = new AbortController()
    const { signal } = controller
    running.current = controller
    try {
      const ids = 'conditions' in what ? (await getItemIds(what, { signal })).ids : what
      // Its fields are columns where there is one type; what one cannot know yet, one looks at.
      const read = (portion: readonly string[]) => getItemDocuments(portion, signal)
      const schema = await onlySchema(ids, read, types, format)
      const parts: Blob[] = []
      for await (const text of exportedItems(format, ids, schema, read, (done) => setProgress({ label: `Exporting: ${formatNumber(done)} of ${formatNumber(ids.length)}`, share: done / Math.max(1, ids.length) }))) {
        signal.throwIfAborted()
        parts.push(new Blob([text]))
      }
      saveFile(`content-${new Date().toISOString().slice(0, 10)}.${format}`, MIME[format], parts)
      toast.success(`Exported ${count('item', ids.length)}`)
    } catch (error) {
      if (!signal.aborted) toast.error(errorLine(error))
    } finally {
      if (running.current === controller) cancel()
    }
  }
  return { progress, start, cancel }
}

async function onlySchema(ids: readonly string[], read: (portion: readonly string[]) => Promise<readonly { type: string }[]>, types: readonly ContentType[], format: ExportFormat) {
  if (format === 'json') return null
  const names = new Set<string>()
  for (let index = 0; index < ids.length && names.size < 2; index += 1000) for (const { type } of await read(ids.slice(index, index + 1000))) names.add(type)
  const [name] = names
  return names.size === 1 ? (types.find((type) => type.name === name)?.schema ?? null) : null
}
