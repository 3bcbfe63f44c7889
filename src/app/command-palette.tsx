import { ArrowsClockwiseIcon } from '@phosphor-icons/react/ArrowsClockwise'
import { CalendarDotsIcon } from '@phosphor-icons/react/CalendarDots'
import { DesktopIcon } from '@phosphor-icons/react/Desktop'
import { GearSixIcon } from '@phosphor-icons/react/GearSix'
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { MoonIcon } from '@phosphor-icons/react/Moon'
import { SignOutIcon } from '@phosphor-icons/react/SignOut'
import { SunIcon } from '@phosphor-icons/react/Sun'
import { TreeStructureIcon } from '@phosphor-icons/react/TreeStructure'
import { Dialog } from 'radix-ui'
import { useId, useState, type ComponentType, type KeyboardEvent } from 'react'
import { useNavigate } from 'react-router-dom'
import { filterCommands } from '@/app/filter-commands'
import { places } from '@/app/places'
import { useRunSync } from '@/features/jobs/run-sync'
import { errorLine } from '@/lib/errors'
import { paths, settingsTabs } from '@/lib/paths'
import { signOut, useHasRole } from '@/lib/session'
import { useTheme } from '@/lib/theme'
import { cn } from '@/ui/cn'
import { overlayClass } from '@/ui/dialog'
import { toast } from '@/ui/toaster'

interface Command {
  label: string
  /** Other words that people would type for it. */
  keywords: string
  icon: ComponentType<{ className?: string; 'aria-hidden'?: boolean }>
  run: () => void
}

interface CommandPaletteProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** Other words for the pages of Settings. */
const SETTINGS_WORDS: Readonly<Record<string, string>> = {
  [paths.members.getHref()]: 'people team invite role',
  [paths.apiKeys.getHref()]: 'token secret program',
  [paths.audit.getHref()]: 'who did what history changes',
  [paths.account.getHref()]: 'profile password sessions devices delete',
}

export function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  const id = useId()
  const navigate = useNavigate()
  const setChoice = useTheme((state) => state.setChoice)
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)

  const isAdmin = useHasRole('admin')
  const runSync = useRunSync()
  const go = (href: string) => () => void navigate(href)
  const commands: Command[] = [
    { label: 'Run Sync', keywords: 'publish send review start', icon: ArrowsClockwiseIcon, run: runSync.run },
    ...places.map(({ label, href, icon }) => ({ label, keywords: 'go to page', icon, run: go(href) })),
    { label: 'Content types', keywords: 'go to schema fields page', icon: TreeStructureIcon, run: go(paths.contentTypes.getHref()) },
    { label: 'Schedules', keywords: 'go to jobs hourly cron automatic time page', icon: CalendarDotsIcon, run: go(paths.schedules.getHref()) },
    ...settingsTabs.slice(1).flatMap(({ label, href, adminsOnly }) =>
      adminsOnly && !isAdmin ? [] : [{ label, keywords: `go to settings page ${SETTINGS_WORDS[href] ?? ''}`, icon: GearSixIcon, run: go(href) }],
    ),
    { label: 'Theme: light', keywords: 'appearance bright', icon: SunIcon, run: () => setChoice('light') },
    { label: 'Theme: dark', keywords: 'appearance night', icon: MoonIcon, run: () => setChoice('dark') },
    { label: 'Theme: like the system', keywords: 'appearance automatic', icon: DesktopIcon, run: () => setChoice('system') },
    {
      label: 'Sign out', keywords: 'log out leave', icon: SignOutIcon,
      run: () => void signOut().catch((error: unknown) => toast.error(errorLine(error))),
    },
  ]
  const found = filterCommands(commands, query)
  const current = Math.min(active, found.length - 1)
  const optionId = (index: number) => `${id}-${index}`

  const choose = (command: Command | undefined) => {
    if (command === undefined) return
    onOpenChange(false)
    command.run()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const move = (to: number) => {
      event.preventDefault()
      setActive(to)
      document.getElementById(optionId(to))?.scrollIntoView({ block: 'nearest' })
    }
    if (found.length === 0) return
    if (event.key === 'ArrowDown') move((current + 1) % found.length)
    else if (event.key === 'ArrowUp') move((current - 1 + found.length) % found.length)
    else if (event.key === 'Home') move(0)
    else if (event.key === 'End') move(found.length - 1)
    else if (event.key === 'Enter') {
      event.preventDefault()
      choose(found[current])
    }
  }

  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={overlayClass} />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-0 top-[12vh] z-50 mx-auto w-[calc(100%-2rem)] max-w-lg overflow-hidden rounded-lg border border-line-strong bg-panel shadow-lift data-[state=open]:animate-pop-in"
        >
          <Dialog.Title className="sr-only">Search or jump to</Dialog.Title>
          <div className="flex items-center gap-2.5 border-b border-line px-3.5">
            <MagnifyingGlassIcon aria-hidden className="size-4 text-ink-3" />
            <input
              role="combobox"
              aria-expanded={found.length > 0}
              aria-controls={`${id}-list`}
              aria-activedescendant={found.length === 0 ? undefined : optionId(current)}
              aria-label="Search pages and actions"
              placeholder="Search pages and actions"
              autoComplete="off"
              spellCheck={false}
              value={query}
              onChange={(event) => {
                setQuery(event.target.value)
                setActive(0)
              }}
              onKeyDown={onKeyDown}
              className="h-11 min-w-0 flex-1 bg-transparent text-sm outline-none"
            />
          </div>
          <div id={`${id}-list`} role="listbox" aria-label="Pages and actions" className="max-h-[50vh] overflow-y-auto p-1.5">
            {found.map((command, index) => (
              // The keys are the input's (aria-activedescendant); the pointer's way is the click here.
              // eslint-disable-next-line jsx-a11y/click-events-have-key-events
              <div
                key={command.label}
                id={optionId(index)}
                role="option"
                tabIndex={-1}
                aria-selected={index === current}
                onClick={() => choose(command)}
                onPointerMove={() => setActive(index)}
                className={cn('flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 text-sm', index === current && 'bg-hover')}
              >
                <command.icon aria-hidden className="size-4 text-ink-2" />
                {command.label}
              </div>
            ))}
          </div>
          {found.length === 0 && (
            <p role="status" className="px-4 pb-4 text-hint text-ink-2">
              Nothing is called that. Try the name of a page.
            </p>
          )}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
