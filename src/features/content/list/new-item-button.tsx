import { CaretDownIcon } from '@phosphor-icons/react/CaretDown'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import { paths } from '@/lib/paths'
import type { ContentType } from '@/lib/queries/content-types'
import { useShortcut } from '@/lib/shortcuts'
import { Button, buttonClass } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
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

/** `n`: of the type that the list is filtered by, or the only one; else it asks. */
export function NewItemShortcut({ types, typeIds }: { types: readonly ContentType[]; typeIds: readonly string[] }) {
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const meant = typeIds.length === 1 ? types.find(({ id }) => id === typeIds[0]) : types.length === 1 ? types[0] : undefined
  useShortcut('n', 'New item', () => (meant === undefined ? setAsking(true) : void navigate(newItem(meant))), { enabled: types.length > 0 })
  return (
    <Dialog open={asking} onOpenChange={setAsking} title="New item" description="Of which type?">
      <ul className="grid gap-1">
        {types.map((type) => (
          <li key={type.id}>
            <Link to={newItem(type)} className="block rounded-md border border-line px-3 py-2 hover:bg-hover">
              <span className="block text-sm font-semibold text-ink">{type.title}</span>
              {type.description !== '' && <span className="block truncate text-hint text-ink-2">{type.description}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
