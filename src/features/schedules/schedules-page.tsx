import { CalendarDotsIcon } from '@phosphor-icons/react/CalendarDots'
import { ClockClockwiseIcon } from '@phosphor-icons/react/ClockClockwise'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { useMemo, useState } from 'react'
import { useNavigate, useParams } from 'react-router-dom'
import type { Rhythm } from '@/features/schedules/cron-words'
import { DeleteScheduleDialog } from '@/features/schedules/delete-schedule-dialog'
import { plannedAt } from '@/features/schedules/planned'
import { useSchedules, type Schedule } from '@/features/schedules/queries/schedules'
import { scheduleColumns } from '@/features/schedules/schedule-columns'
import { ScheduleDetails } from '@/features/schedules/schedule-details'
import { ScheduleDrawer } from '@/features/schedules/schedule-drawer'
import { nextOf, schedulesSentence } from '@/features/schedules/schedule-words'
import { Until } from '@/features/schedules/until'
import { useRunNow } from '@/features/schedules/use-run-now'
import { useScheduleSwitch } from '@/features/schedules/use-schedule-switch'
import { describeError } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { useJobsTabs } from '@/lib/jobs-tabs'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { DataTable } from '@/ui/data-table'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { LinkTabs } from '@/ui/link-tabs'
import { Notice } from '@/ui/notice'
import { PageHeader } from '@/ui/page-header'
import { useNow } from '@/ui/use-now'

const PURPOSE = 'Runs that start by themselves, at the times that you choose.'

type Target = { what: 'form'; schedule: Schedule | null; rhythm: Rhythm } | { what: 'delete'; schedule: Schedule }

export function Component() {
  const { scheduleId } = useParams()
  const navigate = useNavigate()
  const { data: schedules, error, refetch, isFetching } = useSchedules()
  const isAdmin = useHasRole('admin')
  const turn = useScheduleSwitch()
  const { mutate: runNow } = useRunNow()
  const [target, setTarget] = useState<Target | null>(null)
  const [open, setOpen] = useState(false)

  const show = (next: Target) => {
    setTarget(next)
    setOpen(true)
  }
  const create = (rhythm: Rhythm) => show({ what: 'form', schedule: null, rhythm })
  useShortcut('n', 'New schedule', () => create('hourly'), { enabled: isAdmin })

  // The one of the address; it stays while its drawer slides out.
  const named = scheduleId === undefined ? undefined : schedules?.find(({ id }) => id === scheduleId)
  const [shown, setShown] = useState(named)
  if (named !== undefined && named !== shown) setShown(named)
  const jobsCrumb = { label: 'Jobs', href: paths.jobs.getHref() }
  usePageTitle(...(named === undefined ? [jobsCrumb, 'Schedules'] : [jobsCrumb, { label: 'Schedules', href: paths.schedules.getHref() }, named.name]))
  const columns = useMemo(
    () =>
      scheduleColumns(
        isAdmin
          ? {
              onEdit: (schedule) => show({ what: 'form', schedule, rhythm: 'hourly' }),
              onRun: runNow,
              onDelete: (schedule) => show({ what: 'delete', schedule }),
              onSwitch: ({ id }, enabled) => turn({ id, enabled }),
            }
          : null,
      ),
    [isAdmin, turn, runNow],
  )
  const some = schedules !== undefined && schedules.length > 0

  return (
    <>
      <PageHeader
        title={some ? schedulesSentence(schedules) : 'Schedules'}
        sub={some ? <Next schedules={schedules} /> : PURPOSE}
        actions={
          isAdmin &&
          some && (
            <Button variant="primary" icon={<PlusIcon aria-hidden />} aria-keyshortcuts="N" onClick={() => create('hourly')}>
              New schedule
            </Button>
          )
        }
      />
      <LinkTabs aria-label="Jobs" tabs={useJobsTabs()} />
      {!isAdmin && some && (
        <Notice className="mb-4" title="You can read these, not change them">
          Admins of the organization make schedules and turn them on and off.
        </Notice>
      )}
      {error !== null && schedules === undefined ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
        </div>
      ) : (
        <DataTable
          caption="Schedules"
          columns={columns}
          rows={schedules}
          rowKey={({ id }) => id}
          skeletonRows={2}
          empty={
            <EmptyState
              icon={<CalendarDotsIcon />}
              title="Nothing starts by itself yet"
              detail={
                isAdmin
                  ? 'A schedule sends your sites what they should show, without anybody pressing Run Sync. How often?'
                  : 'Schedules send the sites what they should show, without anybody pressing Run Sync. Admins of the organization make them.'
              }
              actions={
                isAdmin && (
                  <>
                    <Button variant="primary" icon={<ClockClockwiseIcon aria-hidden />} onClick={() => create('hourly')}>
                      Every hour
                    </Button>
                    <Button onClick={() => create('daily')}>At another time</Button>
                  </>
                )
              }
            />
          }
        />
      )}
      {scheduleId !== undefined && schedules !== undefined && named === undefined && (
        <Notice className="mt-4" tone="warning" title="That schedule is not here">
          It was deleted, or it belongs to another organization.
        </Notice>
      )}
      {shown !== undefined && (
        <ScheduleDetails
          schedule={schedules?.find(({ id }) => id === shown.id) ?? shown}
          open={named !== undefined}
          onClose={() => void navigate(paths.schedules.getHref())}
          actions={
            isAdmin
              ? { onEdit: (schedule) => show({ what: 'form', schedule, rhythm: 'hourly' }), onSwitch: ({ id }, enabled) => turn({ id, enabled }) }
              : null
          }
        />
      )}
      {target?.what === 'form' && <ScheduleDrawer open={open} onOpenChange={setOpen} schedule={target.schedule} rhythm={target.rhythm} />}
      {target?.what === 'delete' && <DeleteScheduleDialog open={open} onOpenChange={setOpen} schedule={target.schedule} />}
    </>
  )
}

function Next({ schedules }: { schedules: readonly Schedule[] }) {
  const now = useNow()
  const next = nextOf(
    schedules.flatMap((schedule) => {
      const at = plannedAt(schedule, now)
      return at === null ? [] : [{ at, name: schedule.name }]
    }),
  )
  if (next === null) return 'Nothing starts by itself at the moment.'
  return (
    <>
      Next: {next.name}, <Until at={next.at} />.
    </>
  )
}
