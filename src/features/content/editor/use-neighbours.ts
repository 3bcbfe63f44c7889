import { useEffect, useRef } from 'react'
import { useNavigate } from 'react-router-dom'
import { noteList, useLastList } from '@/features/content/last-list'
import { getItemIds } from '@/features/content/queries/items'
import { errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { useOrganizationId } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { toast } from '@/ui/toaster'

/** Read on from the end of what the list had: enough for somebody who goes from one to the next. */
const FURTHER = 300

/**
 * `[` and `]` go to the items before and after this one, in the order of the list that was looked at last, as it was then: a save
 * moves an item to its top. Whoever came by a link has no list to walk, and these keys do not exist.
 */
export function useNeighbours(itemId: string | null): void {
  const navigate = useNavigate()
  const organizationId = useOrganizationId()
  const list = useLastList((state) => (state.list?.organizationId === organizationId ? state.list : null))
  const reading = useRef<AbortController | null>(null)
  useEffect(() => () => reading.current?.abort(), [])

  const at = list === null || itemId === null ? -1 : list.ids.indexOf(itemId)
  const previous = at > 0 ? list?.ids[at - 1] : undefined
  const hasNext = list !== null && at >= 0 && at + 1 < Math.max(list.ids.length, list.total)
  const open = (id: string | undefined) => {
    if (id !== undefined) void navigate(paths.contentItem.getHref(id))
  }
  const openNext = async () => {
    if (list === null || reading.current !== null) return
    const known = list.ids[at + 1]
    if (known !== undefined) return open(known)
    // Its further pages were not read yet.
    const request = new AbortController()
    reading.current = request
    try {
      const { ids, total } = await getItemIds(list.filters, { skip: list.ids.length, most: FURTHER, signal: request.signal })
      if (request.signal.aborted) return
      const all = [...new Set([...list.ids, ...ids])]
      // Nothing further: items were deleted meanwhile.
      noteList({ ...list, ids: all, total: ids.length === 0 ? all.length : total })
      const next = all[at + 1]
      if (next === undefined) toast.info('This is the last item of the list')
      open(next)
    } catch (error) {
      if (!request.signal.aborted) toast.error(errorLine(error))
    } finally {
      if (reading.current === request) reading.current = null
    }
  }
  useShortcut('[', 'Previous item of the list', () => open(previous), { enabled: previous !== undefined })
  useShortcut(']', 'Next item of the list', () => void openNext(), { enabled: hasNext })
}
