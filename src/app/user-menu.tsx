import { DesktopIcon } from '@phosphor-icons/react/Desktop'
import { MoonIcon } from '@phosphor-icons/react/Moon'
import { SignOutIcon } from '@phosphor-icons/react/SignOut'
import { SunIcon } from '@phosphor-icons/react/Sun'
import { UserCircleIcon } from '@phosphor-icons/react/UserCircle'
import { Link } from 'react-router-dom'
import { errorLine } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { signOut, useSession } from '@/lib/session'
import { useTheme } from '@/lib/theme'
import { cn } from '@/ui/cn'
import { DropdownMenu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '@/ui/dropdown-menu'
import { toast } from '@/ui/toaster'

const THEMES = [
  { value: 'system', label: 'Like the system', icon: <DesktopIcon aria-hidden className="size-4" /> },
  { value: 'light', label: 'Light', icon: <SunIcon aria-hidden className="size-4" /> },
  { value: 'dark', label: 'Dark', icon: <MoonIcon aria-hidden className="size-4" /> },
] as const

export function UserMenu({ compact = false }: { compact?: boolean }) {
  const email = useSession((state) => state.user?.email) ?? ''
  const choice = useTheme((state) => state.choice)
  const setChoice = useTheme((state) => state.setChoice)

  return (
    <DropdownMenu
      side={compact ? 'bottom' : 'top'}
      align={compact ? 'end' : 'start'}
      className="w-48"
      trigger={
        <button
          type="button"
          aria-label={`${email}, account menu`}
          className={cn(
            'flex h-8.5 items-center gap-2.5 pointer-coarse:h-10 rounded-md text-sm text-ink-2 hover:bg-hover hover:text-ink',
            compact ? 'w-8 justify-center' : 'w-full px-2',
          )}
        >
          <UserCircleIcon aria-hidden className={cn('shrink-0', compact ? 'size-5' : 'size-4')} />
          {!compact && <span className="truncate">{email}</span>}
        </button>
      }
    >
      {compact && <MenuLabel>{email}</MenuLabel>}
      <MenuLabel>Theme</MenuLabel>
      <MenuChoice value={choice} onValueChange={setChoice} options={THEMES} />
      <MenuSeparator />
      <MenuItem asChild>
        <Link to={paths.account.getHref()}>
          <UserCircleIcon aria-hidden className="size-4" />
          Your account
        </Link>
      </MenuItem>
      <MenuItem
        icon={<SignOutIcon aria-hidden className="size-4" />}
        onSelect={() => void signOut().catch((error: unknown) => toast.error(errorLine(error)))}
      >
        Sign out
      </MenuItem>
    </DropdownMenu>
  )
}
