import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useDeferredValue, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react'
import type { PlanSite } from '@/features/jobs/queries/plan'
import type { Part } from '@/features/jobs/review/choice'
import { ChooseBar } from '@/features/jobs/review/choose-bar'
import { COUNT_COLUMNS, KINDS } from '@/features/jobs/review/counts'
import type { PlanParts } from '@/features/jobs/review/plan-words'
import { SiteRow } from '@/features/jobs/review/site-row'
import { formatNumber } from '@/lib/format'
import { useShortcut } from '@/lib/shortcuts'
import { Button } from '@/ui/button'
import { Checkbox } from '@/ui/checkbox'
import { cn } from '@/ui/cn'
import { SearchField } from '@/ui/search-field'
import { SegmentedControl } from '@/ui/segmented-control'
import { useRangeSelection } from '@/ui/use-range-selection'

/** More sites than this are searched and narrowed rather than read. */
const READ_UP_TO = 8
/** More rows than this are drawn only where they are in sight. */
const PLAIN_UP_TO = 30
/** So few changes are shown in full at once. */
const OPEN_UP_TO = 5
const ROW_HEIGHT = 41

export interface SiteFilter {
  part: Part
  text: string
}

interface SiteListProps {
  parts: PlanParts
  /** Ids of sites that have changed since the plan was first read. */
  news: ReadonlySet<string>
  onStale: () => void
  filter: SiteFilter
  onFilter: (filter: Partial<SiteFilter>) => void
  /** Ids of those that the run is for; undefined where that is not to be chosen. */
  chosen?: ReadonlySet<string>
  onChoose?: (chosen: ReadonlySet<string>) => void
}

/** Every site of a plan: what changes first, then what stays, then what a run passes by. j and k go from one to the next, x chooses. */
export function SiteList({ parts, news, onStale, filter, onFilter, chosen, onChoose }: SiteListProps) {
  const { changed, unchanged, disabled } = parts
  const all = useMemo(() => [...changed, ...unchanged, ...disabled], [changed, unchanged, disabled])
  const words = useDeferredValue(filter.text)
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
    const of = { all, changed, warnings: warned, unchanged }[filter.part]
    const needle = words.trim().toLowerCase()
    return needle === '' ? of : of.filter(({ name, slug }) => name.toLowerCase().includes(needle) || slug.includes(needle))
  }, [all, changed, warned, unchanged, filter.part, words])

  const choosable = useMemo(() => shown.filter(({ enabled }) => enabled).map(({ site_id }) => site_id), [shown])
  const { set, setAll } = useRangeSelection(choosable, chosen === undefined || onChoose === undefined ? undefined : { selected: chosen, onChange: onChoose })
  const choosing = chosen !== undefined && onChoose !== undefined
  const box = useRef<HTMLDivElement>(null)
  const walk = useWalk(shown, box)
  useShortcut('x', 'Choose or leave out the site', () => {
    const site = shown[walk.current()]
    if (choosing && site?.enabled === true) set(site.site_id, !chosen.has(site.site_id), false)
  }, { enabled: choosing })

  const row = (site: PlanSite) => (
    <SiteRow
      site={site}
      open={openAtFirst.has(site.site_id) !== toggled.has(site.site_id)}
      news={news.has(site.site_id)}
      onToggle={toggle}
      onStale={onStale}
      {...(choosing ? { chosen: chosen.has(site.site_id), onChoose: set } : {})}
    />
  )
  const segments = [
    { value: 'all' as const, label: `All ${formatNumber(all.length)}` },
    { value: 'changed' as const, label: `Changed ${formatNumber(changed.length)}` },
    ...(warned.length > 0 || filter.part === 'warnings' ? [{ value: 'warnings' as const, label: `Warnings ${formatNumber(warned.length)}` }] : []),
    ...(unchanged.length > 0 || filter.part === 'unchanged' ? [{ value: 'unchanged' as const, label: `Unchanged ${formatNumber(unchanged.length)}` }] : []),
  ]
  const narrows = all.length > READ_UP_TO || filter.part !== 'all' || filter.text !== ''
  const chosenHere = choosing ? choosable.filter((id) => chosen.has(id)).length : 0
  return (
    <div>
      {(narrows || (choosing && all.length > 1)) && (
        <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
          {narrows && (
            <div className="max-w-full overflow-x-auto">
              <SegmentedControl aria-label="Which sites" value={filter.part} onValueChange={(part) => onFilter({ part })} segments={segments} />
            </div>
          )}
          {choosing && all.length > 1 && <ChooseBar sites={all} chosen={chosen} onChoose={onChoose} />}
          {narrows && (
            <SearchField label="Search the sites" className="w-full sm:ml-auto sm:w-56" value={filter.text} onSearch={(text) => onFilter({ text })} />
          )}
        </div>
      )}
      <div ref={box} className="overflow-hidden rounded-lg border border-line bg-panel">
        <div className={cn('hidden items-center border-b border-line sm:flex', choosing && 'pl-4')}>
          {choosing && (
            <Checkbox
              hideLabel
              className="pr-1.5"
              label={`Choose all ${formatNumber(choosable.length)} that are listed`}
              checked={chosenHere === 0 ? false : chosenHere === choosable.length ? true : 'indeterminate'}
              disabled={choosable.length === 0}
              onCheckedChange={setAll}
            />
          )}
          <Head />
        </div>
        {shown.length === 0 ? (
          <p role="status" className="flex flex-wrap items-center gap-3 px-4 py-6 text-hint text-ink-2">
            No site matches.
            <Button size="sm" onClick={() => onFilter({ part: 'all', text: '' })}>
              Show all sites
            </Button>
          </p>
        ) : all.length > PLAIN_UP_TO ? (
          <VirtualRows key={filter.part} sites={shown} row={row} scrollTo={walk.scrollTo} />
        ) : (
          <ul aria-label="Sites" className="divide-y divide-line">
            {shown.map((site, index) => (
              <li key={site.site_id} data-index={index}>
                {row(site)}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

/** j and k go from site to site; Enter and Space then open the one that has the focus, as on any button. */
function useWalk(sites: readonly PlanSite[], box: RefObject<HTMLDivElement | null>) {
  const scrollTo = useRef<(index: number) => void>(() => undefined)
  const wanted = useRef<number | null>(null)
  const last = useRef(-1)
  const [, setRound] = useState(0)
  const current = () => {
    const index = Number(document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? NaN)
    return Number.isNaN(index) || box.current?.contains(document.activeElement) !== true ? last.current : index
  }
  const go = (step: number) => {
    const next = Math.max(0, Math.min(sites.length - 1, current() + step))
    last.current = next
    wanted.current = next
    scrollTo.current(next)
    setRound((round) => round + 1)
  }
  useLayoutEffect(() => {
    if (wanted.current === null) return
    const toggle = box.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"] [data-site-toggle]`)
    if (toggle === null || toggle === undefined) return
    wanted.current = null
    toggle.focus()
  })
  useShortcut('j', 'Next site', () => go(1))
  useShortcut('k', 'Previous site', () => go(-1))
  return { current, scrollTo }
}

/** Each figure says its own word to a screen reader, so the head is for the eye. */
function Head() {
  return (
    <div aria-hidden className={cn('grid h-8 min-w-0 flex-1 items-center gap-x-3 px-4 text-xs text-ink-3', COUNT_COLUMNS)}>
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

interface VirtualRowsProps {
  sites: readonly PlanSite[]
  row: (site: PlanSite) => ReactNode
  scrollTo: RefObject<(index: number) => void>
}

function VirtualRows({ sites, row, scrollTo }: VirtualRowsProps) {
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
  useLayoutEffect(() => {
    scrollTo.current = (index) => rows.scrollToIndex(index)
  }, [rows, scrollTo])
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
