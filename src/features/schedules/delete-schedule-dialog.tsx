import { useQueryClient } from '@tanstack/react-query'
import { deleteSchedule, draftOf, saveSchedule } from '@/features/schedules/queries/save-schedule'
import type { Schedule } from '@/features/schedules/queries/schedules'
import { errorLine } from '@/lib/errors'
import { ConfirmDialog } from '@/ui/confirm-dialog'
import { toast } from '@/ui/toaster'

interface DeleteScheduleDialogProps {
  open: boolean
  schedule: Schedule
  onOpenChange: (open: boolean) => void
}

export function DeleteScheduleDialog({ open, schedule, onOpenChange }: DeleteScheduleDialogProps) {
  const queryClient = useQueryClient()
  const reread = () => queryClient.invalidateQueries({ queryKey: ['schedules'] })
  const undo = () =>
    void saveSchedule(null, draftOf(schedule)).then(
      () => {
        toast.success(`"${schedule.name}" is back`)
        return reread()
      },
      (error: unknown) => toast.error(errorLine(error)),
    )
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete the schedule "${schedule.name}"?`}
      description="It starts nothing any more. Runs that it has started stay in the list of jobs. To pause it instead, turn it off."
      confirmLabel="Delete schedule"
      describeFailure={errorLine}
      onConfirm={async () => {
        await deleteSchedule(schedule.id)
        toast.success(`The schedule "${schedule.name}" was deleted`, { action: { label: 'Undo', onClick: undo } })
        await reread()
      }}
    />
  )
}
