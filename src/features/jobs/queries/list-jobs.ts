import { infiniteQueryOptions } from '@tanstack/react-query'
import { fetchJobs, type JobSummary } from '@/lib/jobs'

const PAGE = 30

/** Runs, newest first, in pages that begin below the number where the one before ended: new runs at the top move nothing. */
export function jobsQuery(userId: string | undefined, status: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['sync_jobs', 'list', status ?? 'all', userId],
    meta: { tables: ['profiles'] },
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }): Promise<JobSummary[]> => fetchJobs({ userId, status, before: pageParam, limit: PAGE, signal }),
    getNextPageParam: (page) => (page.length < PAGE ? undefined : page[page.length - 1]?.number),
  })
}
