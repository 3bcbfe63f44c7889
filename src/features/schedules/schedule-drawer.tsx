import { useState } from 'react'
import type { Rhythm } from '@/features/schedules/cron-words'
import type { Schedule } from '@/features/schedules/queries/schedules'
import { ScheduleForm } from '@/features/schedules/schedule-form'
import { Button } from '@/ui/button'
import { Drawer, DrawerClose } from '@/ui/drawer'

interface ScheduleDrawerProps {
  open: boolean
  onOpenChange: (open: boolean) => void
  /** null: a new one, in this rhythm at first. */
  schedule: Schedule | null
  rhythm: Rhythm
}

export function ScheduleDrawer({ open, onOpenChange, schedule, rhythm }: ScheduleDrawerProps) {
  const [busy, setBusy] = useState(false)
  const [dirty, setDirty] = useState(false)
  return (
    <Drawer
      open={open}
      onOpenChange={onOpenChange}
      dirty={dirty}
      title={schedule === null ? 'New schedule' : `Edit "${schedule.name}"`}
      description={schedule === null ? 'It starts by itself, at the times that you see below.' : undefined}
      footer={
        <>
          <DrawerClose>Cancel</DrawerClose>
          <Button variant="primary" type="submit" form="schedule-form" busy={busy}>
            {schedule === null ? 'Create schedule' : 'Save schedule'}
          </Button>
        </>
      }
    >
      <ScheduleForm schedule={schedule} rhythm={rhythm} onBusy={setBusy} onDirty={setDirty} onDone={() => onOpenChange(false)} />
    </Drawer>
  )
}
