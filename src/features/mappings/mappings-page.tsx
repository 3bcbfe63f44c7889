import { GridFourIcon } from '@phosphor-icons/react/GridFour'
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { useMatrixItems, useMatrixSites } from '@/features/mappings/queries/matrix'
import { MappingWorkspace } from '@/features/mappings/mapping-workspace'
import { describeError } from '@/lib/errors'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { Button, buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { Input } from '@/ui/input'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'

/** Below this many rows there is nothing to search. */
const SEARCH_FROM = 12

export function Component() {
  usePageTitle('Mappings')
  const items = useMatrixItems()
  const sites = useMatrixSites()
  const isEditor = useHasRole('editor')
  const [search, setSearch] = useSearchParams()
  const text = search.get('q') ?? ''
  const shown = useMemo(() => {
    const words = text.trim().toLowerCase()
    return words === '' ? items.data : items.data?.filter(({ title }) => title.toLowerCase().includes(words))
  }, [items.data, text])

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
              <span className="hidden md:inline">{isEditor ? 'Type F, O or B in a cell, Backspace to clear it.' : 'Select a cell to see what its site gets.'}</span>
              <span className="md:hidden">Tap a cell to {isEditor ? 'change' : 'see'} it.</span> Drafts are shown, and never sent.
            </>
          )
        }
        actions={
          (items.data?.length ?? 0) >= SEARCH_FROM && (
            <Input
              type="search"
              aria-label="Search items"
              placeholder="Search items"
              icon={<MagnifyingGlassIcon />}
              className="w-56"
              value={text}
              onChange={({ target: { value } }) => setSearch(value === '' ? {} : { q: value }, { replace: true })}
            />
          )
        }
      />
      {failure !== null ? (
        <div className="rounded-lg border border-line bg-panel">
          <ErrorState {...describeError(failure)} onRetry={() => void Promise.all([items.refetch(), sites.refetch()])} />
        </div>
      ) : shown === undefined || items.data === undefined || sites.data === undefined ? (
        <div aria-busy className="flex flex-col gap-3 rounded-lg border border-line bg-panel p-4">
          {Array.from({ length: 5 }, (_, index) => (
            <Skeleton key={index} className="h-5" />
          ))}
        </div>
      ) : empty ? (
        <Nothing hasItems={items.data.length > 0} hasSites={sites.data.length > 0} />
      ) : shown.length === 0 ? (
        <div className="rounded-lg border border-line bg-panel">
          <EmptyState title={`No item has "${text}" in its title`} detail="Archived items are not shown here." actions={<Button onClick={() => setSearch({}, { replace: true })}>Show all items</Button>} />
        </div>
      ) : (
        <MappingWorkspace items={shown} sites={sites.data} readOnly={!isEditor} />
      )}
    </>
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
