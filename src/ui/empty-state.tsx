import type { ReactNode } from 'react'
import { cn } from '@/ui/cn'

interface EmptyStateProps {
  icon?: ReactNode
  title: string
  /** What to do next. */
  detail?: ReactNode
  actions?: ReactNode
  className?: string
}

export function EmptyState({ icon, title, detail, actions, className }: EmptyStateProps) {
  return (
    <div className={cn('flex flex-col items-center px-6 py-12 text-center', className)}>
      {icon !== undefined && (
        <span className="mb-3 flex size-10 items-center justify-center rounded-lg border border-line bg-sunk text-xl text-ink-2" aria-hidden>
          {icon}
        </span>
      )}
      <p className="text-sm font-semibold text-ink">{title}</p>
      {detail !== undefined && <p className="mt-1 max-w-96 text-hint text-ink-2">{detail}</p>}
      {actions !== undefined && <div className="mt-4 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  )
}
