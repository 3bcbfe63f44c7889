import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { PlayIcon } from '@phosphor-icons/react/Play'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { XCircleIcon } from '@phosphor-icons/react/XCircle'
import { Link } from 'react-router-dom'
import { describeCron } from '@/features/schedules/language/describe-cron'
import { plannedAt } from '@/features/schedules/planned'
import type { Schedule } from '@/features/schedules/queries/schedules'
import { KIND_LABEL, lastRunOf, scopeInWords } from '@/features/schedules/schedule-words'
import { Until } from '@/features/schedules/until'
import { paths } from '@/lib/paths'
import { formatMoment, zoneLabel } from '@/lib/zoned-time'
import { cn } from '@/ui/cn'
import type { Column } from '@/ui/data-table'
import { DropdownMenu, MenuItem, MenuSeparator } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { RelativeTime } from '@/ui/relative-time'
import { StatusChip } from '@/ui/status-chip'
import { Switch } from '@/ui/switch'
import { useNow } from '@/ui/use-now'

interface ScheduleActions {
  onEdit: (schedule: Schedule) => void
  onRun: (schedule: Schedule) => void
  onDelete: (schedule: Schedule) => void
  onSwitch: (schedule: Schedule, enabled: boolean) => void
}

/** null: somebody who may only read. */
export function scheduleColumns(actions: ScheduleActions | null): Column<Schedule>[] {
  return [
    { key: 'name', header: 'Schedule', className: 'py-2! min-w-36', cell: (schedule) => <Name schedule={schedule} /> },
    { key: 'when', header: 'When', hideBelow: 'md', cell: (schedule) => <When schedule={schedule} /> },
    {
      key: 'sites',
      header: 'Sites',
      hideBelow: 'lg',
      className: 'whitespace-nowrap',
      cell: (schedule) => <span className={cn(isScopeless(schedule) && 'text-failure')}>{scopeInWords(schedule)}</span>,
    },
    { key: 'next', header: 'Next run', hideBelow: 'sm', cell: (schedule) => <NextRun schedule={schedule} /> },
    { key: 'last', header: 'Last run', hideBelow: 'md', cell: (schedule) => <LastRun schedule={schedule} /> },
    {
      key: 'enabled',
      header: 'Enabled',
      className: 'w-24',
      cell: (schedule) => (
        <Switch
          checked={schedule.enabled}
          disabled={actions === null}
          label={`"${schedule.name}" is enabled`}
          onCheckedChange={(enabled) => actions?.onSwitch(schedule, enabled)}
        />
      ),
    },
    ...(actions === null
      ? []
      : [
          {
            key: 'actions',
            header: 'Actions',
            hideHeader: true,
            align: 'right' as const,
            className: 'w-10',
            cell: (schedule: Schedule) => (
              <DropdownMenu trigger={<IconButton label={`Actions for "${schedule.name}"`} size="sm" icon={<DotsThreeIcon weight="bold" aria-hidden />} />}>
                <MenuItem icon={<PlayIcon aria-hidden />} onSelect={() => actions.onRun(schedule)}>
                  Run now
                </MenuItem>
                <MenuItem icon={<PencilSimpleIcon aria-hidden />} onSelect={() => actions.onEdit(schedule)}>
                  Edit
                </MenuItem>
                <MenuSeparator />
                <MenuItem tone="danger" icon={<TrashIcon aria-hidden />} onSelect={() => actions.onDelete(schedule)}>
                  Delete
                </MenuItem>
              </DropdownMenu>
            ),
          },
        ]),
  ]
}

const isScopeless = ({ allSites, siteIds }: Schedule) => !allSites && siteIds.length === 0

function Name({ schedule }: { schedule: Schedule }) {
  return (
    <>
      <Link to={paths.schedule.getHref(schedule.id)} className="rounded-sm font-semibold underline-offset-2 hover:underline">
        {schedule.name}
      </Link>
      <span className="block text-xs text-ink-3">
        {KIND_LABEL[schedule.kind]}
        <span className={cn('lg:hidden', isScopeless(schedule) && 'text-failure')}>, {scopeInWords(schedule).toLowerCase()}</span>
      </span>
      {/* On a narrow screen the row is read from top to bottom. */}
      <div className="mt-1 md:hidden">
        <When schedule={schedule} below />
      </div>
      <div className="mt-1 sm:hidden">
        <NextRun schedule={schedule} />
      </div>
    </>
  )
}

/** `below`: the name stands right above it, and a schedule that nobody named is called what it does. */
function When({ schedule: { name, cron, timeZone }, below = false }: { schedule: Schedule; below?: boolean }) {
  const words = describeCron(cron)
  return (
    <>
      {!(below && words === name) && <span className={cn('block max-w-96', words === null && 'font-mono text-hint md:min-w-40')}>{words ?? cron}</span>}
      <span className="block text-xs text-ink-3">{zoneLabel(timeZone)}</span>
    </>
  )
}

function NextRun({ schedule }: { schedule: Schedule }) {
  const now = useNow()
  if (schedule.problem !== '') {
    return (
      <span className="flex max-w-64 items-start gap-1.5 text-hint text-failure">
        <XCircleIcon weight="fill" aria-hidden className="mt-px size-3.5 shrink-0" />
        <span>Cannot be planned: {schedule.problem}</span>
      </span>
    )
  }
  const at = plannedAt(schedule, now)
  if (at === null) return <span className="text-ink-3">no run while it is off</span>
  return (
    <>
      <span className="block">
        <Until at={at} />
      </span>
      <span className="block text-xs whitespace-nowrap text-ink-3">{formatMoment(at, { timeZone: schedule.timeZone, weekday: true, now })}</span>
    </>
  )
}

function LastRun({ schedule }: { schedule: Schedule }) {
  const last = lastRunOf(schedule)
  if (last.kind === 'never') return <span className="text-ink-3">not yet</span>
  return (
    <>
      {last.kind === 'idle' && <StatusChip variant="bare" status="skipped" label="nothing to do" />}
      {last.kind === 'started' && <StatusChip variant="bare" status="success" label="started" />}
      {last.kind === 'refused' && (
        <span className="flex max-w-64 items-start gap-1.5 text-hint text-failure">
          <XCircleIcon weight="fill" aria-hidden className="mt-px size-3.5 shrink-0" />
          {last.job === null ? (
            <span className="line-clamp-3">{last.reason}</span>
          ) : (
            <Link to={paths.job.getHref(last.job.id)} className="line-clamp-3 underline decoration-failure/50 underline-offset-2 hover:decoration-failure">
              {last.reason}
            </Link>
          )}
        </span>
      )}
      {last.kind === 'checked' && <StatusChip variant="bare" status={last.inSync ? 'in sync' : 'drifted'} label={last.result} />}
      {last.kind === 'job' && (
        <Link to={paths.job.getHref(last.job.id)} className="inline-flex items-center gap-1.5 underline-offset-2 hover:underline">
          <StatusChip variant="bare" status={last.job.status} />
          <span className="text-hint text-ink-2">Run {last.job.number}</span>
        </Link>
      )}
      <RelativeTime at={last.at} className="block text-xs text-ink-3" />
    </>
  )
}
