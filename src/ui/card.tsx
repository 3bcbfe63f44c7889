import type { ComponentProps, ReactNode } from 'react'
import { cn } from '@/ui/cn'

interface CardProps extends ComponentProps<'section'> {
  /** A heading of level 2, with `actions` at its right. */
  title?: string
  actions?: ReactNode
  padded?: boolean
}

export function Card({ title, actions, padded = true, className, children, ...rest }: CardProps) {
  return (
    <section aria-label={title} className={cn('rounded-lg border border-line bg-panel', padded && 'p-4', className)} {...rest}>
      {title !== undefined && (
        <header className={cn('flex min-h-7 items-center justify-between gap-3', padded ? 'mb-3' : 'border-b border-line px-4 py-2')}>
          <h2 className="text-sm font-semibold">{title}</h2>
          {actions}
        </header>
      )}
      {children}
    </section>
  )
}
