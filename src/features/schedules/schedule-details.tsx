import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { PlayIcon } from '@phosphor-icons/react/Play'
import { describeCron } from '@/features/schedules/language/describe-cron'
import { NextRuns } from '@/features/schedules/next-runs'
import type { Schedule } from '@/features/schedules/queries/schedules'
import { ScheduleHistory } from '@/features/schedules/schedule-history'
import { KIND_LABEL, scopeInWords } from '@/features/schedules/schedule-words'
import { useRunNow } from '@/features/schedules/use-run-now'
import { zoneLabel } from '@/lib/zoned-time'
import { Button } from '@/ui/button'
import { Drawer } from '@/ui/drawer'
import { Notice } from '@/ui/notice'
import { Switch } from '@/ui/switch'

interface ScheduleDetailsProps {
  /** Stays while it slides out. */
  schedule: Schedule
  open: boolean
  onClose: () => void
  /** null: somebody who may only read. */
  actions: { onEdit: (schedule: Schedule) => void; onSwitch: (schedule: Schedule, enabled: boolean) => void } | null
}

/** One schedule: when it runs next, and what it has done so far. */
export function ScheduleDetails({ schedule, open, onClose, actions }: ScheduleDetailsProps) {
  const runNow = useRunNow()
  const words = describeCron(schedule.cron)
  return (
    <Drawer
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose()
      }}
      size="lg"
      title={schedule.name}
      description={`${KIND_LABEL[schedule.kind]}, ${scopeInWords(schedule).toLowerCase()}`}
      footer={
        actions !== null && (
          <>
            <Button icon={<PencilSimpleIcon aria-hidden />} onClick={() => actions.onEdit(schedule)}>
              Edit
            </Button>
            <Button variant="primary" icon={<PlayIcon aria-hidden weight="fill" />} busy={runNow.isPending} onClick={() => runNow.mutate(schedule)}>
              Run now
            </Button>
          </>
        )
      }
    >
      <div className="flex flex-col gap-5">
        <div className="flex flex-wrap items-start justify-between gap-4">
          <div className="min-w-0">
            <p className="text-base font-semibold text-ink">{words ?? schedule.cron}</p>
            <p className="text-hint text-ink-2">
              {zoneLabel(schedule.timeZone)}
              {words !== null && <span className="font-mono text-xs text-ink-3"> {schedule.cron}</span>}
            </p>
          </div>
          <Switch
            checked={schedule.enabled}
            disabled={actions === null}
            label={`"${schedule.name}" is enabled`}
            words={{ on: 'on', off: 'paused' }}
            onCheckedChange={(enabled) => actions?.onSwitch(schedule, enabled)}
          />
        </div>
        {schedule.problem !== '' && (
          <Notice tone="failure" title="It cannot be planned">
            {schedule.problem}
          </Notice>
        )}
        <NextRuns cron={schedule.cron} timeZone={schedule.timeZone} enabled={schedule.enabled} told={false} />
        <ScheduleHistory scheduleId={schedule.id} timeZone={schedule.timeZone} />
      </div>
    </Drawer>
  )
}
