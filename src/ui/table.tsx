import type { ComponentProps } from 'react'
import { cn } from '@/ui/cn'

interface TableProps extends ComponentProps<'table'> {
  /** What the table lists, for screen readers. */
  caption: string
  /** Classes of the box that scrolls; give it a max height and the head stays in sight. */
  boxClassName?: string
}

/** A plain table with the system's looks; for lists of records prefer DataTable, which brings its states along. */
export function Table({ caption, boxClassName, className, children, ...rest }: TableProps) {
  return (
    // Scrollable regions must be reachable by keyboard (WCAG 2.1.1), hence the tab stop.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label={caption} tabIndex={0} className={cn('relative overflow-auto rounded-lg border border-line bg-panel', boxClassName)}>
      <table className={cn('w-full border-separate border-spacing-0 text-sm', className)} {...rest}>
        <caption className="sr-only">{caption}</caption>
        {children}
      </table>
    </div>
  )
}

export function TableHead({ children, ...rest }: ComponentProps<'thead'>) {
  return (
    <thead {...rest}>
      <tr>{children}</tr>
    </thead>
  )
}

export function HeadCell({ className, ...rest }: ComponentProps<'th'>) {
  return (
    <th
      scope="col"
      className={cn('sticky top-0 z-10 h-8 border-b border-line bg-panel px-3 text-left text-xs font-normal whitespace-nowrap text-ink-3', className)}
      {...rest}
    />
  )
}

export function Row({ className, ...rest }: ComponentProps<'tr'>) {
  return <tr className={cn('group relative [&:last-child>*]:border-b-0', className)} {...rest} />
}

interface CellProps extends ComponentProps<'td'> {
  mono?: boolean
}

export function Cell({ mono = false, className, ...rest }: CellProps) {
  return <td className={cn('h-9 border-b border-line px-3 py-1', mono && 'font-mono text-hint', className)} {...rest} />
}
