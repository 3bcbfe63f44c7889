import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router-dom'
import { runScheduleNow } from '@/features/schedules/queries/run-schedule-now'
import type { Schedule } from '@/features/schedules/queries/schedules'
import { errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { toast } from '@/ui/toaster'

/** Runs a schedule by hand and says what came of it; its next time by the clock stays. */
export function useRunNow() {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: ({ id }: Schedule) => runScheduleNow(id),
    onSuccess: ({ jobId, outcome }, { name }) => {
      if (jobId !== null) {
        toast.success(`"${name}" is running`, { action: { label: 'Watch it', onClick: () => void navigate(paths.job.getHref(jobId)) } })
      } else if (outcome === 'nothing to do') {
        toast.info(`"${name}" had nothing to send`, { description: 'Every site of it is up to date or on hold.' })
      } else if (/drifted$/.test(outcome)) {
        toast.info(`"${name}" has looked: ${outcome}`)
      } else {
        toast.error(`"${name}" could not start`, { description: outcome })
      }
    },
    onError: (error) => toast.error(errorLine(error)),
    onSettled: () => queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'schedules' || queryKey[0] === 'schedule_runs' }),
  })
}
