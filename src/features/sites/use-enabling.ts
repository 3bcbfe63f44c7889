import { useMutation, useQueryClient } from '@tanstack/react-query'
import { setSitesEnabled } from '@/features/sites/queries/set-enabled'
import { sitesQuery, type Site } from '@/features/sites/queries/sites'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { useOrganizationId } from '@/lib/session'
import { toast } from '@/ui/toaster'

interface Wish {
  siteIds: readonly string[]
  enabled: boolean
  /** Putting back what was changed by mistake is not news that could be undone. */
  isUndo?: boolean
}

/** Sites are shown enabled or disabled at once, and as they were again if that is refused. */
export function useEnabling() {
  const queryClient = useQueryClient()
  const { queryKey } = sitesQuery(useOrganizationId())
  const { mutate } = useMutation({
    mutationFn: ({ siteIds, enabled }: Wish) => setSitesEnabled(siteIds, enabled),
    onMutate: async ({ siteIds, enabled }) => {
      await queryClient.cancelQueries({ queryKey })
      const before = queryClient.getQueryData<Site[]>(queryKey)
      const chosen = new Set(siteIds)
      queryClient.setQueryData<Site[]>(queryKey, before?.map((site) => (chosen.has(site.id) ? { ...site, enabled } : site)))
      return { before }
    },
    onSuccess: ({ changed }, { siteIds, enabled, isUndo = false }, { before }) => {
      const [only] = siteIds
      const name = siteIds.length === 1 ? before?.find((site) => site.id === only)?.name : undefined
      const what = name === undefined ? count('site', isUndo ? siteIds.length : changed.length) : `"${name}"`
      if (changed.length === 0) return
      toast.success(`${what} ${enabled ? 'enabled' : 'disabled'}`, {
        description: enabled ? 'The next run takes along what is enabled.' : 'Runs pass by what is disabled.',
        ...(isUndo ? {} : { action: { label: 'Undo', onClick: () => mutate({ siteIds: changed, enabled: !enabled, isUndo: true }) } }),
      })
    },
    onError: (error, _wish, context) => {
      queryClient.setQueryData(queryKey, context?.before)
      toast.error(errorLine(error))
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['sites'] }),
  })
  return mutate
}
