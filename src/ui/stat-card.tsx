import type { ReactNode } from 'react'
import { cn } from '@/ui/cn'
import { Skeleton } from '@/ui/skeleton'

interface StatCardProps {
  label: string
  /** The figure; undefined while it loads. */
  value: ReactNode | undefined
  /** One line under it. */
  detail?: ReactNode
  /** A picture under it, or nothing. */
  chart?: ReactNode
  className?: string
}

export function StatCard({ label, value, detail, chart, className }: StatCardProps) {
  const loading = value === undefined
  return (
    <div className={cn('flex min-h-27 flex-col rounded-lg border border-line bg-panel p-4', className)} aria-busy={loading || undefined}>
      <p className="text-xs font-semibold text-ink-2">{label}</p>
      {loading ? (
        <>
          <Skeleton className="mt-2.5 h-6 w-16" />
          <Skeleton className="mt-2 h-3.5 w-24" />
        </>
      ) : (
        <>
          <p className="mt-1 text-2xl font-semibold tracking-tight text-ink tabular-nums sm:text-figure">{value}</p>
          {detail !== undefined && <p className="text-hint text-ink-3">{detail}</p>}
          {chart !== undefined && <div>{chart}</div>}
        </>
      )}
    </div>
  )
}
