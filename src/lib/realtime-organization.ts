import { useQueryClient, type Query } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useBroadcast, type BroadcastState } from '@/lib/realtime'
import { useSession } from '@/lib/session'

/** Nudges come in bursts (a run touches several tables many times a second): one refetch per burst is enough. */
const BURST_MS = 150

/**
 * Keeps server state fresh over the whole organization: a `changed` nudge on `org:<id>` makes every query stale whose key
 * begins with that table's name or whose `meta.tables` lists it. Mounted once, in the shell.
 */
export function useOrganizationChanges(): BroadcastState {
  const organizationId = useSession((state) => state.organizationId)
  const queryClient = useQueryClient()
  const waiting = useRef(new Set<string>())
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const wasLive = useRef(false)

  useEffect(() => () => clearTimeout(timer.current), [])

  return useBroadcast(
    organizationId === null ? null : `org:${organizationId}`,
    {
      changed: (payload) => {
        const table = changedTable(payload)
        if (table === null) return
        waiting.current.add(table)
        timer.current ??= setTimeout(() => {
          const tables = waiting.current
          waiting.current = new Set()
          timer.current = undefined
          void queryClient.invalidateQueries({ predicate: (query) => readsFrom(query, tables) })
        }, BURST_MS)
      },
    },
    {
      // What was said while the line was down is lost: after a reconnection everything may be stale.
      onLive: () => {
        if (wasLive.current) void queryClient.invalidateQueries()
        wasLive.current = true
      },
    },
  )
}

function changedTable(payload: unknown): string | null {
  return typeof payload === 'object' && payload !== null && 'table' in payload && typeof payload.table === 'string' ? payload.table : null
}

/** Exported for its test. */
export function readsFrom(query: Pick<Query, 'queryKey' | 'meta'>, tables: ReadonlySet<string>): boolean {
  const [first] = query.queryKey
  return (typeof first === 'string' && tables.has(first)) || (query.meta?.tables?.some((table) => tables.has(table)) ?? false)
}
