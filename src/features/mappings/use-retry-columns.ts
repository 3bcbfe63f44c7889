import { useQueryClient } from '@tanstack/react-query'
import { columnQuery } from '@/features/mappings/queries/matrix'

/** Asks again for columns that could not be read. */
export function useRetryColumns(): (siteIds: readonly string[]) => void {
  const queryClient = useQueryClient()
  return (siteIds) => {
    for (const siteId of siteIds) void queryClient.resetQueries({ queryKey: columnQuery(siteId).queryKey })
  }
}
