import { queryOptions } from '@tanstack/react-query'
import { fetchJobs } from '@/lib/jobs'

export function recentJobsQuery(userId: string | undefined) {
  return queryOptions({
    queryKey: ['sync_jobs', 'recent', userId],
    queryFn: ({ signal }) => fetchJobs({ userId, limit: 5, signal }),
  })
}
