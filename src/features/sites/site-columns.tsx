import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { LagMark } from '@/features/sites/lag-mark'
import { LandingLink } from '@/features/sites/landing-link'
import type { Lag } from '@/features/sites/queries/site-health'
import type { Site } from '@/features/sites/queries/sites'
import { HealthMark } from '@/features/sites/site-chips'
import { reasonOf } from '@/features/sites/site-words'
import { IconButton } from '@/ui/icon-button'
import type { LongColumn } from '@/ui/long-table'
import { RelativeTime } from '@/ui/relative-time'
import { StatusChip } from '@/ui/status-chip'
import { Switch } from '@/ui/switch'

interface Options {
  isEditor: boolean
  lags: ReadonlyMap<string, Lag> | undefined
  onEdit: (site: Site) => void
  onDelete: (site: Site) => void
  onEnable: (site: Site, enabled: boolean) => void
}

export function siteColumns({ isEditor, lags, onEdit, onDelete, onEnable }: Options): LongColumn<Site>[] {
  return [
    { key: 'name', header: 'Site', sortable: 'ascending', cell: (site) => <span title={site.name}>{site.name}</span> },
    { key: 'slug', header: 'Slug', sortable: 'ascending', mono: true, hideBelow: 'xl', className: 'lg:w-28', cell: (site) => <span className="block truncate text-xs text-ink-3" title={site.slug}>{site.slug}</span> },
    { key: 'region', header: 'Region', sortable: 'ascending', hideBelow: '2xl', className: 'lg:w-24', cell: (site) => <span className="block truncate text-ink-2">{site.region ?? ''}</span> },
    {
      key: 'health',
      header: 'Health',
      sortable: 'ascending',
      className: 'lg:w-34',
      cell: (site) => {
        const reason = reasonOf(site)
        return <span title={reason ?? undefined}><HealthMark site={site} /></span>
      },
    },
    {
      key: 'result',
      header: 'Last result',
      hideBelow: 'md',
      className: 'lg:w-28',
      cell: ({ state }) =>
        state.lastStatus === null ? <span className="text-ink-3">none</span> : <span title={state.lastError ?? undefined}><StatusChip status={state.lastStatus} variant="bare" /></span>,
    },
    { key: 'behind', header: 'Behind by', sortable: 'descending', hideBelow: 'sm', className: 'lg:w-34', cell: (site) => <LagMark site={site} lag={lags?.get(site.id)} /> },
    {
      key: 'accepted',
      header: 'Last accepted',
      sortable: 'descending',
      hideBelow: 'xl',
      className: 'lg:w-34',
      cell: ({ state }) => <RelativeTime at={state.acceptedAt} className="whitespace-nowrap text-ink-2" />,
    },
    {
      key: 'enabled',
      header: 'Enabled',
      hideBelow: 'sm',
      className: 'lg:w-20',
      cell: (site) =>
        isEditor ? (
          <Switch label={`${site.name} takes part in runs`} checked={site.enabled} onCheckedChange={(enabled) => onEnable(site, enabled)} words={{ on: 'on', off: 'off' }} className="relative z-1" />
        ) : (
          <span className="text-ink-2">{site.enabled ? 'on' : 'off'}</span>
        ),
    },
    {
      key: 'actions',
      header: 'Actions',
      hideHeader: true,
      align: 'right',
      hideBelow: 'sm',
      className: 'lg:w-32',
      cell: (site) => (
        <span className="inline-flex items-center">
          <LandingLink site={site} look="icon" />
          {isEditor && (
            <>
              <IconButton label={`Edit ${site.name}`} icon={<PencilSimpleIcon aria-hidden />} onClick={() => onEdit(site)} />
              <IconButton label={`Delete ${site.name}`} icon={<TrashIcon aria-hidden />} onClick={() => onDelete(site)} />
            </>
          )}
        </span>
      ),
    },
  ]
}
