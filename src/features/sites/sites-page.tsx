import { GlobeIcon } from '@phosphor-icons/react/Globe'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { DeleteSiteDialog } from '@/features/sites/delete-site-dialog'
import { useSiteHealth } from '@/features/sites/queries/site-health'
import { useSites, type Site } from '@/features/sites/queries/sites'
import { SelectionBar } from '@/features/sites/selection-bar'
import { siteColumns } from '@/features/sites/site-columns'
import { applyFilters, isFiltering, NO_FILTERS, siteFilters } from '@/features/sites/site-filters'
import { SiteFiltersBar } from '@/features/sites/site-filters-bar'
import { SiteDrawer } from '@/features/sites/site-form'
import { lagSentence, sitesSentence } from '@/features/sites/site-words'
import { useEnabling } from '@/features/sites/use-enabling'
import { describeError } from '@/lib/errors'
import { capitalize, count, countInWords, formatNumber } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { useUrlFilters } from '@/lib/use-url-filters'
import { Button, buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { LongTable } from '@/ui/long-table'
import { PageHeader } from '@/ui/page-header'

type Target = { what: 'form'; site: Site | null } | { what: 'delete'; site: Site }

/** An address with more sites than this would not survive a reload; the history's state does. */
const MOST_IN_ADDRESS = 200

export function Component() {
  usePageTitle('Sites')
  const navigate = useNavigate()
  const { data: sites, error, refetch, isFetching } = useSites()
  const health = useSiteHealth()
  const [filters, setFilters] = useUrlFilters(siteFilters)
  const isEditor = useHasRole('editor')
  const setEnabled = useEnabling()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [target, setTarget] = useState<Target | null>(null)
  const [open, setOpen] = useState(false)
  const show = (next: Target) => {
    setTarget(next)
    setOpen(true)
  }
  useShortcut('n', 'New site', () => show({ what: 'form', site: null }), { enabled: isEditor })

  const shown = useMemo(() => (sites === undefined ? undefined : applyFilters(sites, health.data, filters)), [sites, health.data, filters])
  // Sites that are gone are not chosen any more.
  const chosen = useMemo(() => (sites ?? []).filter(({ id }) => selected.has(id)).map(({ id }) => id), [sites, selected])
  const visible = useMemo(() => new Set(shown?.map(({ id }) => id)), [shown])
  const columns = useMemo(
    () =>
      siteColumns({
        isEditor,
        lags: health.data,
        onEdit: (site) => show({ what: 'form', site }),
        onDelete: (site) => show({ what: 'delete', site }),
        onEnable: (site, enabled) => setEnabled({ siteIds: [site.id], enabled }),
      }),
    [isEditor, health.data, setEnabled],
  )
  const runSync = () => {
    if (chosen.length > MOST_IN_ADDRESS) void navigate(paths.review.getHref(), { state: { siteIds: chosen } })
    else void navigate(`${paths.review.getHref()}?sites=${chosen.join(',')}`)
  }
  const add = isEditor && (
    <Button variant="primary" icon={<PlusIcon aria-hidden />} onClick={() => show({ what: 'form', site: null })}>
      New site
    </Button>
  )
  const some = sites !== undefined && sites.length > 0

  return (
    <>
      <PageHeader
        title={some ? capitalize(sitesSentence(sites, countInWords)) : 'Sites'}
        sub={some ? lagSentence(sites, health.data) : 'The places that show what you write.'}
        // Where there are none, the empty list offers it.
        actions={sites?.length !== 0 && add}
      />
      {some && <SiteFiltersBar filters={filters} onChange={setFilters} sites={sites} />}
      {error !== null && sites === undefined ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(error)} retrying={isFetching} onRetry={() => void refetch()} />
        </div>
      ) : (
        <LongTable
          caption="Sites"
          columns={columns}
          rows={shown}
          rowKey={(site) => site.id}
          rowLabel={(site) => site.name}
          rowHref={(site) => paths.site.getHref(site.id)}
          total={shown?.length}
          sort={filters.sort}
          onSort={(sort) => setFilters({ sort })}
          {...(isEditor ? { selection: { selected, onChange: setSelected } } : {})}
          skeletonRows={3}
          empty={
            some ? (
              <EmptyState
                title="No site matches these filters"
                detail={filters.lag !== null && health.data === undefined ? 'How far they are behind is still being worked out.' : `${count('site', sites.length)} in all.`}
                actions={<Button onClick={() => setFilters({ ...NO_FILTERS, sort: filters.sort })}>Clear filters</Button>}
              />
            ) : (
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
            )
          }
        />
      )}
      {some && isFiltering(filters) && shown !== undefined && shown.length > 0 && (
        <p role="status" className="mt-3 text-hint text-ink-3">
          {formatNumber(shown.length)} of {count('site', sites.length)}
        </p>
      )}
      {health.error !== null && (
        <p role="status" className="mt-3 text-hint text-failure">
          How far sites are behind could not be worked out. {describeError(health.error).title}.{' '}
          <button type="button" className="underline underline-offset-2" onClick={() => void health.refetch()}>
            Try again
          </button>
        </p>
      )}
      <SelectionBar
        chosen={chosen.length}
        hidden={chosen.filter((id) => !visible.has(id)).length}
        onClear={() => setSelected(new Set())}
        onEnable={() => setEnabled({ siteIds: chosen, enabled: true })}
        onDisable={() => setEnabled({ siteIds: chosen, enabled: false })}
        onSync={runSync}
      />
      {target?.what === 'form' && (
        <SiteDrawer open={open} onOpenChange={setOpen} site={target.site} onCreated={(id) => void navigate(paths.site.getHref(id))} />
      )}
      {target?.what === 'delete' && <DeleteSiteDialog open={open} onOpenChange={setOpen} site={target.site} />}
    </>
  )
}
