import { Slot } from 'radix-ui'
import { createContext, use, useState, type ReactNode } from 'react'
import { toast } from '@/ui/toaster'

// Radix' menu and its positioning (25 kB) come when a menu is about to be opened, not with the first page.
type MenuView = typeof import('@/ui/menu-view')
const load = (): Promise<MenuView> => import('@/ui/menu-view')
const MenuContext = createContext<MenuView | null>(null)

export interface DropdownMenuProps {
  /** One focusable element: a Button or an IconButton. */
  trigger: ReactNode
  align?: 'start' | 'end'
  side?: 'top' | 'bottom'
  className?: string
  children: ReactNode
}

export function DropdownMenu(props: DropdownMenuProps) {
  const [view, setView] = useState<MenuView | null>(null)
  if (view !== null) {
    return (
      <MenuContext value={view}>
        <view.MenuRoot {...props} />
      </MenuContext>
    )
  }
  const preload = () => void load().catch(() => undefined)
  const open = () =>
    void load().then(setView, () => toast.error('The menu could not be loaded. Check your connection and try again.'))
  return (
    <Slot.Root aria-haspopup="menu" aria-expanded={false} data-state="closed" onPointerEnter={preload} onFocus={preload} onClick={open}>
      {props.trigger}
    </Slot.Root>
  )
}

export interface MenuItemProps {
  onSelect?: () => void
  icon?: ReactNode
  tone?: 'default' | 'danger'
  disabled?: boolean
  /** Renders the one child (a Link) as the item. */
  asChild?: boolean
  children: ReactNode
}

export function MenuItem(props: MenuItemProps) {
  const view = use(MenuContext)
  return view && <view.MenuItem {...props} />
}

export interface MenuChoiceProps<Value extends string> {
  value: Value
  onValueChange: (value: Value) => void
  options: readonly { value: Value; label: string; detail?: string; icon?: ReactNode }[]
}

export interface MenuToggleProps {
  checked: boolean
  onCheckedChange: (checked: boolean) => void
  disabled?: boolean
  children: ReactNode
}

/** On or off; the menu stays open, because whoever changes one often changes another. */
export function MenuToggle(props: MenuToggleProps) {
  const view = use(MenuContext)
  return view && <view.MenuToggle {...props} />
}

/** One of several, with a tick at the one that holds. */
export function MenuChoice<Value extends string>(props: MenuChoiceProps<Value>) {
  const view = use(MenuContext)
  return view && <view.MenuChoice {...props} />
}

export function MenuLabel({ children }: { children: ReactNode }) {
  const view = use(MenuContext)
  return view && <view.MenuLabel>{children}</view.MenuLabel>
}

export function MenuSeparator() {
  const view = use(MenuContext)
  return view && <view.MenuSeparator />
}
