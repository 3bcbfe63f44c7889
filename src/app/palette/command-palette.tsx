import { ArrowBendUpLeftIcon } from '@phosphor-icons/react/ArrowBendUpLeft'
import { CalendarDotsIcon } from '@phosphor-icons/react/CalendarDots'
import { ClockCounterClockwiseIcon } from '@phosphor-icons/react/ClockCounterClockwise'
import { FileTextIcon } from '@phosphor-icons/react/FileText'
import { GlobeIcon } from '@phosphor-icons/react/Globe'
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { PulseIcon } from '@phosphor-icons/react/Pulse'
import { TreeStructureIcon } from '@phosphor-icons/react/TreeStructure'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Command as Cmdk } from 'cmdk'
import { Dialog } from 'radix-ui'
import { useState, type ReactNode } from 'react'
import { useLocation, useNavigate } from 'react-router-dom'
import { filterCommands } from '@/app/palette/filter-commands'
import { useRecentPages } from '@/app/palette/recent-pages'
import { latestRunsQuery, searchQuery } from '@/app/palette/search-query'
import { useCommands, type Command } from '@/app/palette/use-commands'
import { useDebounced } from '@/app/palette/use-debounced'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import { useOrganizationId } from '@/lib/session'
import { overlayClass } from '@/ui/dialog'
import { Kbd } from '@/ui/kbd'
import { Keys } from '@/ui/keys'
import { Spinner } from '@/ui/spinner'
import { StatusChip } from '@/ui/status-chip'

interface CommandPaletteProps {
  open: boolean
  onOpenChange: (open: boolean) => void
}

/** One line of the list. */
interface Entry {
  id: string
  label: string
  icon: Command['icon']
  /** At the right: where it stands, its status, its keys. */
  aside?: ReactNode
  choose: () => void
}

/** From this many letters on, data is searched; one digit is a run. */
const LEAST_LETTERS = 2
const REST_MS = 140
/** While something is typed, so that what was found in the data is in sight. */
const MOST_COMMANDS = 6

/** "New site" on the page of sites is the page's own and the general one: the first is meant. */
function once(commands: readonly Command[]): Command[] {
  const labels = new Set<string>()
  return commands.filter(({ label }) => !labels.has(label) && labels.add(label))
}

/** Pages, acts and data by a few letters; arrows and Enter do the rest. */
export function CommandPalette({ open, onOpenChange }: CommandPaletteProps) {
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const organizationId = useOrganizationId()
  const [typed, setTyped] = useState('')
  const term = typed.trim()
  const asked = useDebounced(term, REST_MS)
  const searches = asked.length >= LEAST_LETTERS || /^\d+$/.test(asked)
  const { data: found, error, isFetching, refetch } = useQuery({ ...searchQuery(organizationId, asked), enabled: searches, placeholderData: keepPreviousData })
  const { data: runs } = useQuery(latestRunsQuery(organizationId))
  const recent = useRecentPages((state) => state.pages)
  const commands = useCommands()

  const choose = (act: () => void) => () => {
    onOpenChange(false)
    act()
  }
  const to = (href: string) => choose(() => void navigate(href))
  const commandEntry = (command: Command): Entry => ({
    id: command.id,
    label: command.label,
    icon: command.icon,
    aside: command.keys === undefined ? undefined : <Keys keys={command.keys} />,
    choose: choose(command.run),
  })
  const runEntry = ({ id, number, status }: { id: string; number: number; status: string }): Entry => ({
    id: `run ${id}`, label: `Run ${number}`, icon: PulseIcon, aside: <StatusChip variant="bare" status={status} />, choose: to(paths.job.getHref(id)),
  })

  const groups: { heading: string; entries: Entry[] }[] = []
  if (term === '') {
    const visited = recent.filter(({ href }) => href !== pathname).slice(0, 5)
    groups.push({
      heading: 'Recent',
      entries: visited.map(({ href, label, place }) => ({ id: `recent ${href}`, label, icon: ClockCounterClockwiseIcon, aside: place, choose: to(href) })),
    })
    for (const group of ['On this page', 'Actions', 'Pages'] as const) {
      groups.push({ heading: group, entries: once(commands).filter((command) => command.group === group && command.rare !== true).map(commandEntry) })
    }
    groups.push({ heading: 'Latest runs', entries: (runs ?? []).map(runEntry) })
  } else {
    const matching = filterCommands(once(commands), term).slice(0, MOST_COMMANDS)
    groups.push({ heading: 'Pages and actions', entries: matching.map(commandEntry) })
    if (searches && found !== undefined) {
      groups.push(
        {
          heading: 'Content items',
          entries: found.items.map(({ id, title, type, status }) => ({
            id: `item ${id}`,
            label: title,
            icon: FileTextIcon,
            aside: (
              <>
                <span className="hidden sm:inline">{type}</span> <StatusChip variant="bare" status={status} />
              </>
            ),
            choose: to(paths.contentItem.getHref(id)),
          })),
        },
        {
          heading: 'Sites',
          entries: found.sites.map(({ id, name, slug, enabled }) => ({
            id: `site ${id}`, label: name, icon: GlobeIcon, aside: enabled ? <span className="font-mono">{slug}</span> : <StatusChip variant="bare" status="disabled" />, choose: to(paths.site.getHref(id)),
          })),
        },
        {
          heading: 'Content types',
          entries: found.types.map(({ id, title, name }) => ({
            id: `type ${id}`, label: title, icon: TreeStructureIcon, aside: <span className="font-mono">{name}</span>, choose: to(paths.contentType.getHref(id)),
          })),
        },
        { heading: 'Runs', entries: found.runs.map(runEntry) },
        {
          heading: 'Schedules',
          entries: found.schedules.map(({ id, name, enabled }) => ({ id: `schedule ${id}`, label: name, icon: CalendarDotsIcon, aside: enabled ? undefined : 'off', choose: to(paths.schedule.getHref(id)) })),
        },
      )
    }
  }
  const shown = groups.filter(({ entries }) => entries.length > 0)
  const total = shown.reduce((sum, { entries }) => sum + entries.length, 0)
  const waiting = term !== asked || (searches && isFetching)

  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className={overlayClass} />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-0 top-[10vh] z-50 mx-auto w-[calc(100%-2rem)] max-w-xl overflow-hidden rounded-lg border border-line-strong bg-panel shadow-lift data-[state=open]:animate-pop-in"
        >
          <Dialog.Title className="sr-only">Search or jump to</Dialog.Title>
          <Cmdk label="Search or jump to" shouldFilter={false} loop>
            <div className="flex items-center gap-2.5 border-b border-line px-3.5">
              <MagnifyingGlassIcon aria-hidden className="size-4 shrink-0 text-ink-3" />
              <Cmdk.Input
                value={typed}
                onValueChange={setTyped}
                placeholder="Search or jump to"
                className="h-11 min-w-0 flex-1 bg-transparent text-sm outline-none placeholder:text-ink-3"
              />
              {waiting ? <Spinner label="Searching" className="size-4 text-ink-3" /> : <span className="max-sm:hidden"><Kbd>Esc</Kbd></span>}
            </div>
            <Cmdk.List label="Found" className="max-h-[56vh] scroll-py-8 overflow-y-auto overscroll-contain p-1.5">
              {shown.map(({ heading, entries }) => (
                <Cmdk.Group
                  key={heading}
                  heading={heading}
                  className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2.5 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-semibold [&_[cmdk-group-heading]]:text-ink-3"
                >
                  {entries.map((entry) => (
                    <Cmdk.Item
                      key={entry.id}
                      value={entry.id}
                      onSelect={entry.choose}
                      className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 text-sm data-[selected=true]:bg-hover data-[selected=true]:outline data-[selected=true]:outline-line-strong"
                    >
                      <entry.icon aria-hidden className="size-4 shrink-0 text-ink-2" />
                      <span className="min-w-0 flex-1 truncate">{entry.label}</span>
                      {entry.aside !== undefined && <span className="flex shrink-0 items-center gap-2 text-xs text-ink-3">{entry.aside}</span>}
                    </Cmdk.Item>
                  ))}
                </Cmdk.Group>
              ))}
            </Cmdk.List>
          </Cmdk>
          {total === 0 && !waiting && error === null && (
            <p className="px-4 pb-4 text-hint text-ink-2">Nothing is called "{term}". Try a part of a title, the name of a site, or the number of a run.</p>
          )}
          {error !== null && searches && (
            <p role="alert" className="flex flex-wrap items-center gap-x-2 border-t border-line px-4 py-2.5 text-hint text-failure">
              Data could not be searched. {errorLine(error)}
              <button type="button" className="font-semibold underline underline-offset-2" onClick={() => void refetch()}>
                Try again
              </button>
            </p>
          )}
          <p role="status" className="sr-only">
            {waiting ? 'Searching' : `${count('result', total)}${total === 0 ? '' : ', arrow keys choose'}`}
          </p>
          <p aria-hidden className="hidden items-center gap-3 border-t border-line bg-sunk px-3.5 py-1.5 text-xs text-ink-3 sm:flex">
            <span className="flex items-center gap-1">
              <Kbd>↑</Kbd>
              <Kbd>↓</Kbd> choose
            </span>
            <span className="flex items-center gap-1">
              <ArrowBendUpLeftIcon className="size-3.5 -scale-y-100" /> Enter opens
            </span>
          </p>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
