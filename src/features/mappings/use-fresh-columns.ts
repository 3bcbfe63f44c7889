import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { COLUMNS } from '@/features/mappings/queries/matrix'
import { useBroadcast } from '@/lib/realtime'
import { useSession } from '@/lib/session'

/** A block that is written in parts says so several times. */
const BURST_MS = 150

/** Asks again for the columns of those sites whose mappings have changed, whoever changed them. */
export function useFreshColumns(): void {
  const organizationId = useSession((state) => state.organizationId)
  const queryClient = useQueryClient()
  const waiting = useRef<{ sites: Set<string>; all: boolean }>({ sites: new Set(), all: false })
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])

  useBroadcast(organizationId === null ? null : `org:${organizationId}`, {
    changed: (payload) => {
      const sites = changedSites(payload)
      if (sites === null) return
      if (sites === 'all') waiting.current.all = true
      else for (const id of sites) waiting.current.sites.add(id)
      timer.current ??= setTimeout(() => {
        const news = waiting.current
        waiting.current = { sites: new Set(), all: false }
        timer.current = undefined
        void queryClient.invalidateQueries({
          predicate: ({ queryKey: [first, siteId] }) => first === COLUMNS && (news.all || (typeof siteId === 'string' && news.sites.has(siteId))),
        })
      }, BURST_MS)
    },
  })
}

/** The sites that a nudge names; `all` where they were too many to name; null where it is not about mappings. */
function changedSites(payload: unknown): string[] | 'all' | null {
  if (typeof payload !== 'object' || payload === null || !('table' in payload) || payload.table !== 'site_item_mappings') return null
  if (!('site_ids' in payload) || !Array.isArray(payload.site_ids)) return 'all'
  return payload.site_ids.filter((id): id is string => typeof id === 'string')
}
