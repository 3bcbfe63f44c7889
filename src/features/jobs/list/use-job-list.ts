import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useRef } from 'react'
import type { JobFilters } from '@/features/jobs/list/job-filters'
import { fetchJobPage, PAGE } from '@/features/jobs/queries/list-jobs'
import { fetchJobs, type JobSummary } from '@/lib/jobs'

/** As many as may be new before the list begins anew at the top. */
const WINDOW = 200

const isOpen = ({ status }: JobSummary): boolean => status === 'queued' || status === 'running'

/**
 * Runs, newest first. Those from the top down to where the list was first read are live: news asks for them again, however far
 * one has scrolled. What is below never moves, and of it only the runs that are still under way are asked for again.
 */
export function useJobList(filters: JobFilters, userId: string | undefined) {
  const client = useQueryClient()
  // Where the live part ends, by number; what is older comes in pages.
  const edge = useRef<number | null>(null)
  const key = ['jobs', 'older', filters, userId] as const

  const live = useQuery({
    queryKey: ['sync_jobs', 'live', filters, userId],
    meta: { tables: ['profiles'] },
    gcTime: 0,
    queryFn: async ({ signal }): Promise<{ rows: JobSummary[]; edge: number }> => {
      const from = edge.current
      const rows = await fetchJobPage({ userId, filters, limit: from === null ? PAGE : WINDOW, signal })
      const last = rows.at(-1)?.number ?? 0
      if (from === null || (rows.length === WINDOW && last > from)) {
        // The first look; or more has happened than the window holds, and the pages below it begin anew.
        edge.current = rows.length < PAGE ? 0 : last
        if (from !== null) client.removeQueries({ queryKey: key })
        return { rows, edge: edge.current }
      }
      return { rows: rows.filter(({ number }) => number >= from), edge: from }
    },
  })
  const start = live.data?.edge ?? 0
  const older = useInfiniteQuery({
    queryKey: [...key, start],
    staleTime: Infinity,
    gcTime: 0,
    enabled: false,
    initialPageParam: start,
    queryFn: ({ pageParam, signal }) => fetchJobPage({ userId, filters, before: pageParam, signal }),
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page.at(-1)?.number),
  })
  const below = useMemo(() => older.data?.pages.flat() ?? [], [older.data])
  const open = useMemo(() => below.filter(isOpen).map(({ number }) => number), [below])
  const under = useQuery({
    queryKey: ['sync_jobs', 'under-way', open, userId],
    enabled: open.length > 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => fetchJobs({ userId, numbers: open.slice(0, WINDOW), limit: WINDOW, signal }),
  })

  const rows = useMemo(() => {
    if (live.data === undefined) return undefined
    const fresh = new Map(under.data?.map((job) => [job.number, job]))
    return [...live.data.rows, ...below.map((job) => fresh.get(job.number) ?? job)]
  }, [live.data, below, under.data])

  const hasMore = live.data !== undefined && start > 0 && (older.data === undefined || older.hasNextPage)
  const { fetchNextPage, isFetching, isError } = older
  const loadMore = useCallback(() => {
    // After a failure the button asks again, not the scrolling.
    if (!isFetching && !isError) void fetchNextPage()
  }, [fetchNextPage, isFetching, isError])
  return {
    rows,
    error: live.error,
    retry: () => void live.refetch(),
    retrying: live.isFetching,
    hasMore,
    loadMore,
    loadingMore: isFetching,
    olderError: older.error,
    retryOlder: () => void fetchNextPage(),
  }
}
