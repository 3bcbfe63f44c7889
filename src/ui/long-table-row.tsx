import { memo, type Ref } from 'react'
import { Link } from 'react-router-dom'
import { Checkbox } from '@/ui/checkbox'
import { cn } from '@/ui/cn'
import { placing } from '@/ui/data-table'
import type { LongColumn } from '@/ui/long-table'
import { Cell, Row } from '@/ui/table'

interface LongTableRowProps<Record> {
  ref: Ref<HTMLTableRowElement>
  row: Record
  /** Its place among all rows, from 0. */
  index: number
  columns: readonly LongColumn<Record>[]
  href: string
  label: string
  /** null: rows are not selected here. */
  isSelected: boolean | null
  onSelect: (on: boolean, range: boolean, index: number) => void
}

/** One row; drawn anew when something in it has changed, and not because the others scroll past. */
function PlainRow<Record>({ ref, row, index, columns, href, label, isSelected, onSelect }: LongTableRowProps<Record>) {
  return (
    <Row
      ref={ref}
      data-index={index}
      aria-rowindex={index + 2}
      aria-selected={isSelected ?? undefined}
      className={isSelected === true ? 'bg-accent-ground' : 'focus-within:bg-hover hover:bg-hover'}
    >
      {isSelected !== null && (
        // The whole cell is the target; Shift is known to the click and not to the checkbox.
        <Cell
          className="relative z-1 pr-0"
          onClickCapture={(event) => {
            event.preventDefault()
            event.stopPropagation()
            onSelect(!isSelected, event.shiftKey, index)
          }}
        >
          <Checkbox hideLabel label={`Select ${label}`} checked={isSelected} onCheckedChange={(on) => onSelect(on, false, index)} />
        </Cell>
      )}
      {columns.map((column, place) => (
        <Cell key={column.key} mono={column.mono} className={cn(placing(column), column.className, place === 0 ? 'max-lg:w-full max-lg:max-w-0 max-lg:min-w-36' : '[&_:is(a,button)]:relative')}>
          {place === 0 ? (
            // The link's own ground covers the row, so the whole row is its target and is still one link.
            <Link data-row-link to={href} className="block min-w-0 truncate font-semibold text-ink outline-offset-[-2px] after:absolute after:inset-0 after:content-['']">
              {column.cell(row)}
            </Link>
          ) : (
            column.cell(row)
          )}
        </Cell>
      ))}
    </Row>
  )
}

export const LongTableRow = memo(PlainRow) as typeof PlainRow
