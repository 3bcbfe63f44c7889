import { ColumnsIcon } from '@phosphor-icons/react/Columns'
import { Button } from '@/ui/button'
import { DropdownMenu, MenuToggle } from '@/ui/dropdown-menu'

interface ColumnChooserProps {
  /** Those that may be hidden, in their order. */
  columns: readonly { key: string; header: string }[]
  hidden: ReadonlySet<string>
  onChange: (hidden: ReadonlySet<string>) => void
}

export function ColumnChooser({ columns, hidden, onChange }: ColumnChooserProps) {
  const show = (key: string, on: boolean) => {
    const next = new Set(hidden)
    if (on) next.delete(key)
    else next.add(key)
    onChange(next)
  }
  return (
    <DropdownMenu trigger={<Button icon={<ColumnsIcon aria-hidden />}>Columns</Button>}>
      {columns.map(({ key, header }) => (
        <MenuToggle key={key} checked={!hidden.has(key)} onCheckedChange={(on) => show(key, on)}>
          {header}
        </MenuToggle>
      ))}
    </DropdownMenu>
  )
}
