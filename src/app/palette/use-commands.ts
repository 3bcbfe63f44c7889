import { ArrowsClockwiseIcon } from '@phosphor-icons/react/ArrowsClockwise'
import { BuildingsIcon } from '@phosphor-icons/react/Buildings'
import { CalendarDotsIcon } from '@phosphor-icons/react/CalendarDots'
import { DesktopIcon } from '@phosphor-icons/react/Desktop'
import { GearSixIcon } from '@phosphor-icons/react/GearSix'
import { KeyboardIcon } from '@phosphor-icons/react/Keyboard'
import { LightningIcon } from '@phosphor-icons/react/Lightning'
import { ListChecksIcon } from '@phosphor-icons/react/ListChecks'
import { MoonIcon } from '@phosphor-icons/react/Moon'
import { PlusIcon } from '@phosphor-icons/react/Plus'
import { SignOutIcon } from '@phosphor-icons/react/SignOut'
import { SunIcon } from '@phosphor-icons/react/Sun'
import { TreeStructureIcon } from '@phosphor-icons/react/TreeStructure'
import { UserCircleIcon } from '@phosphor-icons/react/UserCircle'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { ComponentType } from 'react'
import { useNavigate } from 'react-router-dom'
import { goTo } from '@/app/go-to'
import { places } from '@/app/places'
import { useRunSync } from '@/features/jobs/run-sync'
import { errorLine } from '@/lib/errors'
import { myOrganizationsQuery, switchOrganization } from '@/lib/organizations'
import { jobsTabs, paths, settingsTabs } from '@/lib/paths'
import { contentTypesQuery } from '@/lib/queries/content-types'
import { signOut, useHasRole, useOrganizationId, useSession } from '@/lib/session'
import { ON_THIS_PAGE, useShortcuts } from '@/lib/shortcuts'
import { useTheme } from '@/lib/theme'
import { toast } from '@/ui/toaster'

export interface Command {
  id: string
  group: 'On this page' | 'Actions' | 'Pages'
  label: string
  /** Other words that people would type for it. */
  keywords: string
  icon: ComponentType<{ className?: string; 'aria-hidden'?: boolean }>
  /** What does the same without the palette. */
  keys?: string
  run: () => void
  /** Listed only once something is typed. */
  rare?: boolean
}

/** From more types on, each gets its "New item" only when it is looked for. */
const FEW = 3
/** A page that has not come by then is not wanted any more. */
const PATIENCE_MS = 10_000

/** Other words for pages. */
const WORDS: Readonly<Record<string, string>> = {
  [paths.schedules.getHref()]: 'jobs hourly cron automatic time',
  [paths.calendar.getHref()]: 'jobs schedules month week planned publish windows',
  [paths.contentTypes.getHref()]: 'schema fields',
  [paths.members.getHref()]: 'people team invite role',
  [paths.apiKeys.getHref()]: 'token secret program',
  [paths.audit.getHref()]: 'who did what history changes',
  [paths.account.getHref()]: 'profile password sessions devices delete',
}

/** Everything that can be done or opened from anywhere, in the order in which it is listed before anything is typed. */
export function useCommands(): Command[] {
  const navigate = useNavigate()
  const isAdmin = useHasRole('admin')
  const isEditor = useHasRole('editor')
  const runSync = useRunSync()
  const setTheme = useTheme((state) => state.setChoice)
  const registered = useShortcuts((state) => state.registered)
  const userId = useSession((state) => state.user?.id ?? '')
  const organizationId = useSession((state) => state.organizationId)
  const { data: organizations } = useQuery(myOrganizationsQuery(userId))
  const { data: types } = useQuery({ ...contentTypesQuery(useOrganizationId()), enabled: isEditor })
  const { mutate: change } = useMutation({
    mutationFn: switchOrganization,
    // An address of the organization before would be a "not found" in the next.
    onSuccess: () => navigate(paths.home.getHref()),
    onError: (error) => toast.error(errorLine(error)),
  })

  const go = (href: string) => () => void navigate(href)
  /** What the page there does on its own key, as soon as it is there. */
  const pressThere = (href: string, label: string) => () => {
    const press = (): boolean => {
      const there = [...useShortcuts.getState().registered.values()].find((shortcut) => shortcut.label === label)
      there?.act()
      return there !== undefined
    }
    if (press()) return
    void navigate(href)
    const stop = useShortcuts.subscribe(() => {
      if (!press()) return
      stop()
      clearTimeout(late)
    })
    const late = setTimeout(stop, PATIENCE_MS)
  }
  const keysTo = (href: string): string | undefined => goTo.find((place) => place.href === href)?.keys
  const page = (label: string, href: string, icon: Command['icon']): Command => ({
    id: `page ${href}`, group: 'Pages', label, keywords: `go to page ${WORDS[href] ?? ''}`, icon, keys: keysTo(href), run: go(href),
  })
  const act = (label: string, keywords: string, icon: Command['icon'], run: () => void, keys?: string): Command => ({
    id: `act ${label}`, group: 'Actions', label, keywords, icon, keys, run,
  })
  const help = [...registered.values()].find(({ keys }) => keys === '?')

  return [
    ...[...registered.values()]
      .filter(({ group, listedOnly }) => group === ON_THIS_PAGE && !listedOnly)
      .map(({ keys, label, act: run }): Command => ({ id: `here ${keys}`, group: 'On this page', label, keywords: 'this page', icon: LightningIcon, keys, run })),
    ...(isEditor
      ? [
          act('Run Sync', 'publish send start', ArrowsClockwiseIcon, runSync.run),
          act('Review what would be sent', 'plan diff changes run sync', ListChecksIcon, go(paths.review.getHref()), 'r'),
          ...(types ?? []).map(({ id, title }) => ({
            ...act(`New item: ${title}`, 'create add content', PlusIcon, go(`${paths.contentItem.getHref('new')}?type=${encodeURIComponent(id)}`)),
            id: `new ${id}`,
            rare: (types ?? []).length > FEW,
          })),
          act('New site', 'create add destination', PlusIcon, pressThere(paths.sites.getHref(), 'New site')),
          act('New content type', 'create add schema', PlusIcon, go(paths.contentType.getHref('new'))),
        ]
      : [act('Review what would be sent', 'plan diff changes', ListChecksIcon, go(paths.review.getHref()), 'r')]),
    ...(isAdmin
      ? [
          act('New schedule', 'create add cron automatic', PlusIcon, pressThere(paths.schedules.getHref(), 'New schedule')),
        ]
      : []),
    ...places.map(({ label, href, icon }) => page(label, href, icon)),
    page('Content types', paths.contentTypes.getHref(), TreeStructureIcon),
    ...jobsTabs.slice(1).map(({ label, href }) => page(label, href, CalendarDotsIcon)),
    ...settingsTabs.slice(1).flatMap(({ label, href, adminsOnly }) => (adminsOnly && !isAdmin ? [] : [page(label, href, href === paths.account.getHref() ? UserCircleIcon : GearSixIcon)])),
    act('Theme: light', 'appearance bright', SunIcon, () => setTheme('light')),
    act('Theme: dark', 'appearance night', MoonIcon, () => setTheme('dark')),
    act('Theme: like the system', 'appearance automatic', DesktopIcon, () => setTheme('system')),
    ...(organizations ?? [])
      .filter(({ id }) => id !== organizationId)
      .map(({ id, name }): Command => ({ ...act(`Switch to ${name}`, 'organization tenant', BuildingsIcon, () => change(id)), id: `switch ${id}` })),
    ...(help === undefined ? [] : [act('Keyboard shortcuts', 'keys help list', KeyboardIcon, help.act, '?')]),
    act('Sign out', 'log out leave', SignOutIcon, () => void signOut().catch((error: unknown) => toast.error(errorLine(error)))),
  ]
}
