import { useMutation, useQueryClient } from '@tanstack/react-query'
import { setScheduleEnabled } from '@/features/schedules/queries/save-schedule'
import { schedulesQuery } from '@/features/schedules/queries/schedules'
import { errorLine } from '@/lib/errors'
import { useOrganizationId } from '@/lib/session'
import { toast } from '@/ui/toaster'

interface Change {
  id: string
  enabled: boolean
}

/** On and off, shown at once and taken back when the database refuses. */
export function useScheduleSwitch() {
  const queryClient = useQueryClient()
  const { queryKey } = schedulesQuery(useOrganizationId())
  const show = ({ id, enabled }: Change) =>
    // A change of `enabled` clears what was planned; the next tick plans anew.
    queryClient.setQueryData(queryKey, (schedules) => schedules?.map((schedule) => (schedule.id === id ? { ...schedule, enabled, nextRunAt: null } : schedule)))
  const { mutate } = useMutation({
    mutationFn: ({ id, enabled }: Change) => setScheduleEnabled(id, enabled),
    onMutate: async (change) => {
      await queryClient.cancelQueries({ queryKey })
      show(change)
    },
    onError: (error, { id, enabled }) => {
      show({ id, enabled: !enabled })
      toast.error(errorLine(error))
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey }),
  })
  return mutate
}
