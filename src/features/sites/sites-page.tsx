import { GlobeIcon } from '@phosphor-icons/react/Globe'
import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { DeleteSiteDialog } from '@/features/sites/delete-site-dialog'
import { LandingLink } from '@/features/sites/landing-link'
import { useSites, type Site } from '@/features/sites/queries/sites'
import { SiteChips } from '@/features/sites/site-chips'
import { SiteDrawer } from '@/features/sites/site-form'
import { shortAddress, siteCondition, sitesSentence } from '@/features/sites/site-words'
import { describeError } from '@/lib/errors'
import { capitalize, count, countInWords, formatNumber } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { Button, buttonClass } from '@/ui/button'
import { DataTable, type Column } from '@/ui/data-table'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { IconButton } from '@/ui/icon-button'
import { PageHeader } from '@/ui/page-header'
import { RelativeTime } from '@/ui/relative-time'

type Target = { what: 'form'; site: Site | null } | { what: 'delete'; site: Site }

export function Component() {
  usePageTitle('Sites')
  const navigate = useNavigate()
  const { data: sites, error, refetch, isFetching } = useSites()
  const isEditor = useHasRole('editor')
  const [target, setTarget] = useState<Target | null>(null)
  const [open, setOpen] = useState(false)
  const show = (next: Target) => {
    setTarget(next)
    setOpen(true)
  }
  const add = isEditor && (
    <Button variant="primary" icon={<PlusIcon aria-hidden />} onClick={() => show({ what: 'form', site: null })}>
      New site
    </Button>
  )

  return (
    <>
      <PageHeader
        title={sites === undefined || sites.length === 0 ? 'Sites' : capitalize(sitesSentence(sites, countInWords))}
        sub={sites === undefined || sites.length === 0 ? 'The places that show what you write.' : 'Each receives its own payload, signed, with every run.'}
        actions={add}
      />
      {error !== null ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
        </div>
      ) : (
        <DataTable
          caption="Sites"
          columns={columns(isEditor, show)}
          rows={sites}
          rowKey={(site) => site.id}
          rowHref={(site) => paths.site.getHref(site.id)}
          skeletonRows={3}
          empty={
            <EmptyState
              icon={<GlobeIcon />}
              title="No sites yet"
              detail={isEditor ? 'Add one, or load the demo data on Home: three sites with content of their own.' : 'Editors and admins add them.'}
              actions={
                isEditor && (
                  <>
                    {add}
                    <Link to={paths.home.getHref()} className={buttonClass()}>
                      Go to Home
                    </Link>
                  </>
                )
              }
            />
          }
        />
      )}
      {target?.what === 'form' && (
        <SiteDrawer open={open} onOpenChange={setOpen} site={target.site} onCreated={(id) => void navigate(paths.site.getHref(id))} />
      )}
      {target?.what === 'delete' && <DeleteSiteDialog open={open} onOpenChange={setOpen} site={target.site} />}
    </>
  )
}

function columns(isEditor: boolean, show: (target: Target) => void): Column<Site>[] {
  return [
    {
      key: 'name',
      header: 'Site',
      className: 'min-w-40',
      cell: (site) => (
        <>
          <span className="block font-semibold">{site.name}</span>
          <span className="block font-mono text-xs font-normal text-ink-3">{site.slug}</span>
        </>
      ),
    },
    { key: 'region', header: 'Region', hideBelow: 'lg', cell: (site) => site.region ?? <span className="text-ink-3">none</span> },
    {
      key: 'destination',
      header: 'Destination',
      hideBelow: 'md',
      cell: ({ destinationUrl }) =>
        destinationUrl === null ? 'Built-in receiver' : <span className="block max-w-56 truncate font-mono text-xs" title={destinationUrl}>{shortAddress(destinationUrl)}</span>,
    },
    { key: 'result', header: 'Last result', cell: (site) => <LastResult site={site} /> },
    {
      key: 'accepted',
      header: 'Last accepted',
      hideBelow: 'sm',
      cell: ({ state }) => <RelativeTime at={state.acceptedAt} className="whitespace-nowrap text-ink-2" />,
    },
    {
      key: 'items',
      header: 'Items',
      align: 'right',
      hideBelow: 'sm',
      cell: (site) => <span title={`${count('item', site.itemCount)} mapped to it`}>{formatNumber(site.itemCount)}</span>,
    },
    {
      key: 'actions',
      header: 'Actions',
      hideHeader: true,
      align: 'right',
      className: 'whitespace-nowrap',
      cell: (site) => (
        <span className="inline-flex">
          <LandingLink site={site} look="icon" />
          {isEditor && (
            <>
              <IconButton label={`Edit ${site.name}`} className="max-sm:hidden" icon={<PencilSimpleIcon aria-hidden />} onClick={() => show({ what: 'form', site })} />
              <IconButton label={`Delete ${site.name}`} className="max-sm:hidden" icon={<TrashIcon aria-hidden />} onClick={() => show({ what: 'delete', site })} />
            </>
          )}
        </span>
      ),
    },
  ]
}

function LastResult({ site }: { site: Site }) {
  const reason = reasonOf(site)
  return (
    <>
      <SiteChips site={site} />
      {reason !== null && <span className="mt-0.5 line-clamp-2 max-w-56 text-xs text-ink-2">{reason}</span>}
    </>
  )
}

function reasonOf(site: Site): string | null {
  const { disabledReason, holdReason, lastError } = site.state
  switch (siteCondition(site)) {
    case 'disabled':
      return disabledReason
    case 'on hold':
      return holdReason
    case 'failed':
    case 'retrying':
    case 'circuit open':
    case 'half-open':
      return lastError
    default:
      return null
  }
}
