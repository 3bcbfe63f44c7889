import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { Button } from '@/ui/button'
import { cn } from '@/ui/cn'
import { DropdownMenu, MenuItem, MenuSeparator, MenuToggle } from '@/ui/dropdown-menu'

interface FilterMenuProps<Value extends string> {
  /** "Status" */
  label: string
  /** "Any status" */
  anything: string
  chosen: readonly Value[]
  options: readonly { value: Value; label: string }[]
  onChange: (chosen: Value[]) => void
  className?: string
}

/** Several of a handful. */
export function FilterMenu<Value extends string>({ label, anything, chosen, options, onChange, className }: FilterMenuProps<Value>) {
  const names = options.filter(({ value }) => chosen.includes(value)).map((option) => option.label)
  const said = chosen.length === 0 ? anything : names.length === 1 ? names[0] : names.length === 0 ? `${label} (deleted)` : `${names[0] ?? ''} +${names.length - 1}`
  return (
    <DropdownMenu
      align="start"
      trigger={
        <Button aria-label={`${label}: ${said}${names.length > 1 ? ` (${names.join(', ')})` : ''}`} className={cn('justify-between! px-2.5! font-normal!', chosen.length > 0 ? 'border-accent! text-accent-ink!' : 'border-control!', className)}>
          <span className="truncate">{said}</span>
          <CaretDownIcon aria-hidden className="text-ink-3" />
        </Button>
      }
    >
      {options.map(({ value, label: name }) => (
        <MenuToggle key={value} checked={chosen.includes(value)} onCheckedChange={(on) => onChange(options.map((option) => option.value).filter((each) => (each === value ? on : chosen.includes(each))))}>
          {name}
        </MenuToggle>
      ))}
      {chosen.length > 0 && (
        <>
          <MenuSeparator />
          <MenuItem onSelect={() => onChange([])}>{anything}</MenuItem>
        </>
      )}
    </DropdownMenu>
  )
}
