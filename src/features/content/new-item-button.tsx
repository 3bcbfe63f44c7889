import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { Link, useNavigate } from 'react-router-dom'
import { paths } from '@/lib/paths'
import type { ContentType } from '@/lib/queries/content-types'
import { Button, buttonClass } from '@/ui/button'
import { DropdownMenu, MenuItem, MenuLabel } from '@/ui/dropdown-menu'

const newItem = (type: ContentType) => `${paths.contentItem.getHref('new')}?type=${encodeURIComponent(type.id)}`

/** With one type there is nothing to choose. */
export function NewItemButton({ types }: { types: readonly ContentType[] }) {
  const navigate = useNavigate()
  const [only] = types
  if (only === undefined) return null
  if (types.length === 1) {
    return (
      <Link to={newItem(only)} className={buttonClass({ variant: 'primary' })}>
        <PlusIcon aria-hidden /> New item
      </Link>
    )
  }
  return (
    <DropdownMenu
      trigger={
        <Button variant="primary" icon={<PlusIcon aria-hidden />}>
          New item <CaretDownIcon aria-hidden />
        </Button>
      }
    >
      <MenuLabel>Of which type?</MenuLabel>
      {types.map((type) => (
        <MenuItem key={type.id} onSelect={() => void navigate(newItem(type))}>
          {type.title}
        </MenuItem>
      ))}
    </DropdownMenu>
  )
}
