import type { ReactNode } from 'react'
import { Link } from 'react-router-dom'
import { cn } from '@/ui/cn'
import { Skeleton } from '@/ui/skeleton'
import { Cell, HeadCell, Row, Table, TableHead } from '@/ui/table'

export interface Column<Record> {
  key: string
  header: string
  cell: (row: Record) => ReactNode
  align?: 'left' | 'right'
  /** Data: mono face. */
  mono?: boolean
  /** Left away on screens narrower than this. */
  hideBelow?: 'sm' | 'md' | 'lg' | 'xl' | '2xl'
  /** Keeps its header for screen readers only (a column of buttons). */
  hideHeader?: boolean
  className?: string
}

interface DataTableProps<Record> {
  caption: string
  columns: readonly Column<Record>[]
  /** undefined while they load. */
  rows: readonly Record[] | undefined
  rowKey: (row: Record) => string
  /** Makes the first column's content a link that covers its row; buttons in other columns stay clickable. */
  rowHref?: (row: Record) => string
  /** Shown instead of rows when there are none: an EmptyState. */
  empty?: ReactNode
  /** As many as will probably come. */
  skeletonRows?: number
  boxClassName?: string
}

const HIDE = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden', '2xl': 'max-2xl:hidden' } as const

export function DataTable<Record>({
  caption, columns, rows, rowKey, rowHref, empty, skeletonRows = 4, boxClassName,
}: DataTableProps<Record>) {
  if (rows?.length === 0 && empty !== undefined) return <div className="rounded-lg border border-line bg-panel">{empty}</div>
  return (
    <Table caption={caption} boxClassName={boxClassName} aria-busy={rows === undefined || undefined}>
      <TableHead>
        {columns.map((column) => (
          <HeadCell key={column.key} className={cn(placing(column), column.className)}>
            {column.hideHeader === true ? <span className="sr-only">{column.header}</span> : column.header}
          </HeadCell>
        ))}
      </TableHead>
      <tbody>
        {rows === undefined
          ? Array.from({ length: skeletonRows }, (_, index) => (
              <Row key={index}>
                {columns.map((column, position) => (
                  <Cell key={column.key} className={placing(column)}>
                    <Skeleton className={position === 0 ? 'w-32' : 'w-16'} />
                  </Cell>
                ))}
              </Row>
            ))
          : rows.map((row) => {
              const href = rowHref?.(row)
              return (
                <Row key={rowKey(row)} className={href === undefined ? undefined : 'hover:bg-hover'}>
                  {columns.map((column, position) => (
                    <Cell key={column.key} mono={column.mono} className={cn(placing(column), column.className, href !== undefined && position > 0 && '[&_:is(a,button)]:relative')}>
                      {href !== undefined && position === 0 ? (
                        // The link's own ground covers the row, so the whole row is its target and is still one link.
                        <Link to={href} className="font-semibold text-ink outline-offset-[-2px] after:absolute after:inset-0 after:content-['']">
                          {column.cell(row)}
                        </Link>
                      ) : (
                        column.cell(row)
                      )}
                    </Cell>
                  ))}
                </Row>
              )
            })}
      </tbody>
    </Table>
  )
}

export function placing<Record>(column: Column<Record>): string {
  return cn(column.align === 'right' && 'text-right', column.hideBelow !== undefined && HIDE[column.hideBelow])
}
