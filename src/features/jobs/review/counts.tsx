import { ArrowsDownUpIcon } from '@phosphor-icons/react/ArrowsDownUp'
import type { ReactNode } from 'react'
import type { PlanCounts } from '@/features/jobs/queries/plan'
import { formatNumber } from '@/lib/format'
import { cn } from '@/ui/cn'

export const KINDS = [
  { kind: 'added', sign: '+', ink: 'text-success' },
  { kind: 'changed', sign: '~', ink: 'text-accent-ink' },
  { kind: 'removed', sign: '−', ink: 'text-failure' },
  // An icon: no face that we ship has an arrow for it.
  { kind: 'reordered', sign: <ArrowsDownUpIcon className="mr-0.5 inline size-3 align-[-1px]" />, ink: 'text-ink-2' },
  { kind: 'unchanged', sign: '=', ink: 'text-ink-3' },
] as const satisfies readonly { kind: keyof PlanCounts; sign: ReactNode; ink: string }[]

/** The columns that the counts of many sites stand in, below one head. */
export const COUNT_COLUMNS = 'sm:grid-cols-[minmax(0,1fr)_repeat(5,3.75rem)_5.5rem] lg:grid-cols-[minmax(0,1fr)_repeat(5,5rem)_6.5rem]'

/** One cell a kind; what is none is empty, so that the eye finds what there is. On a narrow screen they follow each other with their words. */
export function CountCells({ counts }: { counts: PlanCounts }) {
  return KINDS.map(({ kind, sign, ink }) => (
    <span key={kind} className={cn('font-mono text-hint tabular-nums sm:text-right', ink, counts[kind] === 0 && 'max-sm:hidden')}>
      {counts[kind] > 0 && (
        <>
          <span aria-hidden>{sign}</span>
          {formatNumber(counts[kind])}
          <span className="font-sans sm:sr-only"> {kind}</span>
        </>
      )}
    </span>
  ))
}

/** The same over all sites, in words. */
export function TotalCounts({ counts }: { counts: PlanCounts }) {
  return KINDS.map(({ kind, sign, ink }) => (
    <span key={kind} className={cn('whitespace-nowrap', counts[kind] === 0 ? 'text-ink-3' : ink)}>
      <span className="font-mono font-semibold tabular-nums">
        <span aria-hidden>{sign}</span>
        {formatNumber(counts[kind])}
      </span>{' '}
      {kind}
    </span>
  ))
}
