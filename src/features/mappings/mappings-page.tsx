import { GridFourIcon } from '@phosphor-icons/react/GridFour'
import { useMemo, useState, type ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { FiltersBar } from '@/features/mappings/filters-bar'
import { filterItems, filterSites, NO_FILTERS, readFilters, rowsShowing, writeFilters, type MappingFilters } from '@/features/mappings/mapping-filters'
import { MappingWorkspace } from '@/features/mappings/mapping-workspace'
import { useChangedBases, type ChangedBases } from '@/features/mappings/queries/changed-bases'
import { useColumns, useMatrixItems, useMatrixSites, type MatrixItem, type MatrixSite } from '@/features/mappings/queries/matrix'
import { useFreshColumns } from '@/features/mappings/use-fresh-columns'
import { useRetryColumns } from '@/features/mappings/use-retry-columns'
import { describeError } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useContentTypes, type ContentType } from '@/lib/queries/content-types'
import { useHasRole } from '@/lib/session'
import { useUrlFilters } from '@/lib/use-url-filters'
import { Button, buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { Notice } from '@/ui/notice'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'

const filtersInUrl = { read: readFilters, write: writeFilters }
const NO_CHANGES: ChangedBases = {}
const NO_TYPES: readonly ContentType[] = []

export function Component() {
  usePageTitle('Mappings')
  useFreshColumns()
  const items = useMatrixItems()
  const sites = useMatrixSites()
  const isEditor = useHasRole('editor')
  const failure = items.error ?? sites.error
  const empty = items.data?.length === 0 || sites.data?.length === 0
  return (
    <>
      <PageHeader
        title="What goes where"
        sub={
          empty ? (
            'Which item goes to which site, and what it says there.'
          ) : (
            <>
              <span className="hidden md:inline">{isEditor ? 'Type F, O or B in a cell, Backspace to clear it; select, copy and paste as in a spreadsheet.' : 'Select a cell to see what its site gets.'}</span>
              <span className="md:hidden">Tap a cell to {isEditor ? 'change' : 'see'} it{isEditor && ', hold to select a range'}.</span> Drafts are shown, and never sent.
            </>
          )
        }
      />
      {failure !== null && (items.data === undefined || sites.data === undefined) ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(failure)} onRetry={() => void Promise.all([items.refetch(), sites.refetch()])} />
        </div>
      ) : items.data === undefined || sites.data === undefined ? (
        <Reading />
      ) : empty ? (
        <Nothing hasItems={items.data.length > 0} hasSites={sites.data.length > 0} />
      ) : (
        <Matrix items={items.data} sites={sites.data} readOnly={!isEditor} />
      )}
    </>
  )
}

function Reading({ children }: { children?: ReactNode }) {
  return (
    <div aria-busy className="flex flex-col gap-3 rounded-lg border border-line bg-panel p-4">
      {children !== undefined && (
        <p role="status" className="text-hint text-ink-2">
          {children}
        </p>
      )}
      {Array.from({ length: 5 }, (_, index) => (
        <Skeleton key={index} className="h-5" />
      ))}
    </div>
  )
}

function Matrix({ items, sites, readOnly }: { items: readonly MatrixItem[]; sites: readonly MatrixSite[]; readOnly: boolean }) {
  const [filters, change] = useUrlFilters(filtersInUrl)
  const types = useContentTypes().data ?? NO_TYPES
  const changedBases = useChangedBases()
  const changed = changedBases.data ?? NO_CHANGES
  const typeTitles = useMemo(() => new Map(types.map(({ id, title }) => [id, title])), [types])
  const shownSites = useMemo(() => filterSites(sites, filters), [sites, filters])
  const ofFilters = useMemo(() => filterItems(items, filters, typeTitles), [items, filters, typeTitles])
  const rows = useRowsShowing(filters, ofFilters, shownSites, changed, changedBases.data !== undefined)
  const retry = useRetryColumns()
  const kept = rows.kept
  const shownItems = useMemo(() => (kept === null ? ofFilters : ofFilters.filter(({ id }) => kept.has(id))), [ofFilters, kept])
  const toLookAt = useMemo(() => Object.values(changed).reduce((sum, cells) => sum + Object.keys(cells ?? {}).length, 0), [changed])
  const clear = () => change({ ...NO_FILTERS, byType: filters.byType })
  return (
    <>
      <FiltersBar filters={filters} onChange={change} types={types} sites={sites} toLookAt={toLookAt} />
      <LinkNotice items={items} sites={sites} shownItems={shownItems} shownSites={shownSites} onClear={clear} isReading={rows.reading !== null} />
      {rows.isOutdated && (
        <Notice
          className="mb-3"
          action={
            <Button size="sm" onClick={rows.again}>
              Filter again
            </Button>
          }
        >
          Cells have changed since these rows were chosen. They stay until you filter again.
        </Notice>
      )}
      {filters.show === 'changed' && changedBases.error !== null && changedBases.data === undefined ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(changedBases.error)} retrying={changedBases.isFetching} onRetry={() => void changedBases.refetch()} />
        </div>
      ) : rows.failed.length > 0 ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState
            title={`${count('column', rows.failed.length)} could not be read`}
            detail="Which rows this filter leaves is not known without them."
            onRetry={() => retry(rows.failed)}
          />
        </div>
      ) : rows.reading !== null ? (
        <Reading>{rows.reading}</Reading>
      ) : shownItems.length === 0 || shownSites.length === 0 ? (
        <div className="rounded-lg border border-line bg-panel">
          <EmptyState {...nothingFound(filters, shownSites.length === 0)} actions={<Button onClick={clear}>Clear filters</Button>} />
        </div>
      ) : (
        <MappingWorkspace items={shownItems} sites={shownSites} allItems={items} typeTitles={filters.byType ? typeTitles : null} changed={changed} readOnly={readOnly} />
      )}
    </>
  )
}

function nothingFound({ show }: MappingFilters, noSites: boolean): { title: string; detail: string } {
  if (noSites) return { title: 'No site matches these filters', detail: 'Look for another part of its name, or for sites of every region.' }
  switch (show) {
    case 'changed':
      return { title: 'No override to look at', detail: 'Where an item changes after a site has overridden it, its row is listed here.' }
    case 'unmapped':
      return { title: 'Every item is mapped somewhere', detail: 'Of the items and sites that the other filters leave.' }
    case 'differing':
      return { title: 'Every item is the same on all of these sites', detail: 'Of the items and sites that the other filters leave.' }
    case null:
      return { title: 'No item matches these filters', detail: 'Archived items are not shown here.' }
  }
}

/**
 * The rows that a filter by content leaves. They are chosen once: a row that went away with the key that changed it would take
 * the hand's place with it.
 */
function useRowsShowing(filters: MappingFilters, items: readonly MatrixItem[], sites: readonly MatrixSite[], changed: ChangedBases, isChangedRead: boolean) {
  const { show } = filters
  const needsCells = show === 'differing' || show === 'unmapped'
  const siteIds = useMemo(() => (needsCells ? sites.map(({ id }) => id) : []), [needsCells, sites])
  const { columns, failed } = useColumns(siteIds)
  const unread = siteIds.filter((id) => columns[id] === undefined)
  const failures = unread.filter((id) => failed[id] !== undefined)
  const isRead = unread.length === 0 && (show !== 'changed' || isChangedRead)
  const current = useMemo(() => (show === null || !isRead ? null : rowsShowing(show, items, sites, columns, changed)), [show, isRead, items, sites, columns, changed])
  const question = `${writeFilters(filters, new URLSearchParams()).toString()} ${sites.length}`
  const [chosen, setChosen] = useState<{ question: string; rows: Set<string> } | null>(null)
  if (current !== null && chosen?.question !== question) setChosen({ question, rows: current })
  const kept = show === null ? null : chosen?.question === question ? chosen.rows : current
  return {
    kept,
    failed: failures,
    reading: show !== null && kept === null ? (needsCells ? `Reading ${formatNumber(unread.length)} of ${count('column', siteIds.length)}` : 'Looking for overrides whose items have changed') : null,
    isOutdated: kept !== null && current !== null && kept !== current && (kept.size !== current.size || [...current].some((id) => !kept.has(id))),
    again: () => setChosen(current === null ? null : { question, rows: current }),
  }
}

interface LinkNoticeProps {
  items: readonly MatrixItem[]
  sites: readonly MatrixSite[]
  shownItems: readonly MatrixItem[]
  shownSites: readonly MatrixSite[]
  isReading: boolean
  onClear: () => void
}

/** A link to a cell that is not here says so, instead of opening another one without a word. */
function LinkNotice({ items, sites, shownItems, shownSites, isReading, onClear }: LinkNoticeProps) {
  const [search] = useSearchParams()
  const [link] = useState({ item: search.get('item'), site: search.get('site') })
  const [closed, setClosed] = useState(false)
  if (closed || isReading || link.item === null || link.site === null) return null
  const has = (list: readonly { id: string }[], id: string | null) => list.some((one) => one.id === id)
  if (has(shownItems, link.item) && has(shownSites, link.site)) return null
  const exists = has(items, link.item) && has(sites, link.site)
  return (
    <Notice
      tone="warning"
      className="mb-3"
      title={exists ? 'The linked cell is hidden by the filters' : 'The linked cell is not here any more'}
      action={
        <Button
          size="sm"
          onClick={() => {
            setClosed(true)
            if (exists) onClear()
          }}
        >
          {exists ? 'Clear filters' : 'Dismiss'}
        </Button>
      }
    >
      {!exists && 'Its item was archived or deleted, or its site was deleted.'}
    </Notice>
  )
}

function Nothing({ hasItems, hasSites }: { hasItems: boolean; hasSites: boolean }) {
  return (
    <div className="rounded-lg border border-line bg-panel">
      <EmptyState
        icon={<GridFourIcon />}
        title={hasItems ? 'No sites to map to' : hasSites ? 'No items to map' : 'Nothing to map yet'}
        detail="A mapping joins one item and one site: as it is, with fields of its own, or not at all. The demo data on Home shows how it looks."
        actions={
          <>
            {!hasItems && (
              <Link to={paths.content.getHref()} className={buttonClass({ variant: 'primary' })}>
                Write content
              </Link>
            )}
            {!hasSites && (
              <Link to={paths.sites.getHref()} className={buttonClass({ variant: hasItems ? 'primary' : 'secondary' })}>
                Add a site
              </Link>
            )}
          </>
        }
      />
    </div>
  )
}
