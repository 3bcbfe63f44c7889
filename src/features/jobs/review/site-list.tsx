import { useVirtualizer } from '@tanstack/react-virtual'
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { useCallback, useDeferredValue, useMemo, useRef, useState, type ReactNode } from 'react'
import type { PlanSite } from '@/features/jobs/queries/plan'
import { COUNT_COLUMNS, KINDS } from '@/features/jobs/review/counts'
import type { PlanParts } from '@/features/jobs/review/plan-words'
import { SiteRow } from '@/features/jobs/review/site-row'
import { formatNumber } from '@/lib/format'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { Input } from '@/ui/input'
import { SegmentedControl } from '@/ui/segmented-control'

/** More sites than this are searched and narrowed rather than read. */
const READ_UP_TO = 8
/** More rows than this are drawn only where they are in sight. */
const PLAIN_UP_TO = 30
/** So few changes are shown in full at once. */
const OPEN_UP_TO = 5
const ROW_HEIGHT = 41

type Part = 'all' | 'changed' | 'warnings' | 'unchanged'

interface SiteListProps {
  parts: PlanParts
  /** Ids of sites that have changed since the plan was first read. */
  news: ReadonlySet<string>
  onStale: () => void
}

/** Every site of a plan: what changes first, then what stays, then what a run passes by. */
export function SiteList({ parts, news, onStale }: SiteListProps) {
  const { changed, unchanged, disabled } = parts
  const all = useMemo(() => [...changed, ...unchanged, ...disabled], [changed, unchanged, disabled])
  const [part, setPart] = useState<Part>('all')
  const [search, setSearch] = useState('')
  const words = useDeferredValue(search)
  // What is open is what was opened by hand, against what is open by itself.
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set())
  const toggle = useCallback((siteId: string) => {
    setToggled((before) => {
      const next = new Set(before)
      if (!next.delete(siteId)) next.add(siteId)
      return next
    })
  }, [])
  const openAtFirst = useMemo(() => new Set(changed.length <= OPEN_UP_TO ? changed.map(({ site_id }) => site_id) : []), [changed])

  const warned = useMemo(() => all.filter(({ warnings }) => warnings.length > 0), [all])
  const shown = useMemo(() => {
    const of = { all, changed, warnings: warned, unchanged }[part]
    const needle = words.trim().toLowerCase()
    return needle === '' ? of : of.filter(({ name, slug }) => name.toLowerCase().includes(needle) || slug.includes(needle))
  }, [all, changed, warned, unchanged, part, words])

  const row = (site: PlanSite) => (
    <SiteRow
      site={site}
      open={openAtFirst.has(site.site_id) !== toggled.has(site.site_id)}
      news={news.has(site.site_id)}
      onToggle={toggle}
      onStale={onStale}
    />
  )
  const segments = [
    { value: 'all' as const, label: `All ${formatNumber(all.length)}` },
    { value: 'changed' as const, label: `Changed ${formatNumber(changed.length)}` },
    ...(warned.length > 0 ? [{ value: 'warnings' as const, label: `Warnings ${formatNumber(warned.length)}` }] : []),
    ...(unchanged.length > 0 ? [{ value: 'unchanged' as const, label: `Unchanged ${formatNumber(unchanged.length)}` }] : []),
  ]
  return (
    <div>
      {all.length > READ_UP_TO && (
        <div className="mb-3 flex flex-wrap items-center gap-2">
          <div className="max-w-full overflow-x-auto">
            <SegmentedControl aria-label="Which sites" value={part} onValueChange={setPart} segments={segments} />
          </div>
          <Input
            type="search"
            aria-label="Search the sites"
            placeholder="Search the sites"
            icon={<MagnifyingGlassIcon />}
            className="w-full sm:ml-auto sm:w-56"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
      )}
      <div className="overflow-hidden rounded-lg border border-line bg-panel">
        <Head />
        {shown.length === 0 ? (
          <p role="status" className="flex flex-wrap items-center gap-3 px-4 py-6 text-hint text-ink-2">
            No site matches.
            <Button
              size="sm"
              onClick={() => {
                setPart('all')
                setSearch('')
              }}
            >
              Show all sites
            </Button>
          </p>
        ) : all.length > PLAIN_UP_TO ? (
          <VirtualRows key={part} sites={shown} row={row} />
        ) : (
          <ul aria-label="Sites" className="divide-y divide-line">
            {shown.map((site) => (
              <li key={site.site_id}>{row(site)}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

/** Each figure says its own word to a screen reader, so the head is for the eye. */
function Head() {
  return (
    <div aria-hidden className={cn('hidden h-8 items-center gap-x-3 border-b border-line px-4 text-xs text-ink-3 sm:grid', COUNT_COLUMNS)}>
      <span>Site</span>
      {KINDS.map(({ kind }) => (
        <span key={kind} className="truncate text-right">
          {kind}
        </span>
      ))}
      <span className="text-right">payload</span>
    </div>
  )
}

function VirtualRows({ sites, row }: { sites: readonly PlanSite[]; row: (site: PlanSite) => ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const keyOf = useCallback((index: number) => sites[index]?.site_id ?? index, [sites])
  // eslint-disable-next-line react-hooks/incompatible-library -- its answers change without its identity; nothing below memoises on it
  const rows = useVirtualizer({
    count: sites.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: keyOf,
    overscan: 10,
  })
  return (
    // A region that scrolls must be reachable by keyboard (WCAG 2.1.1).
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={box} role="region" aria-label="Sites" tabIndex={0} className="max-h-[max(20rem,calc(100dvh-19rem))] overflow-y-auto overscroll-contain outline-offset-[-2px]">
      <ul aria-label="Sites" className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const site = sites[index]
          return site === undefined ? null : (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              aria-setsize={sites.length}
              aria-posinset={index + 1}
              className="absolute inset-x-0 top-0 border-b border-line"
              style={{ transform: `translateY(${start}px)` }}
            >
              {row(site)}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
