import { DownloadSimpleIcon } from '@phosphor-icons/react/DownloadSimple'
import { MagnifyingGlassIcon } from '@phosphor-icons/react/MagnifyingGlass'
import { PauseIcon } from '@phosphor-icons/react/Pause'
import { PlayIcon } from '@phosphor-icons/react/Play'
import { memo, useState } from 'react'
import { count, formatNumber } from '@/lib/format'
import { CopyButton } from '@/ui/copy-button'
import { DropdownMenu, MenuItem } from '@/ui/dropdown-menu'
import { IconButton } from '@/ui/icon-button'
import { Input } from '@/ui/input'
import { Select } from '@/ui/select'
import type { LevelFilter, LineFilter } from '@/ui/terminal/filter'
import type { TerminalSite } from '@/ui/terminal/line'
import { StreamState, type TerminalState } from '@/ui/terminal/stream-state'

/** The whole log, or what is shown of it: as text, or as a JSON object a line (ndjson). */
export interface DownloadKind {
  what: 'all' | 'shown'
  form: 'text' | 'ndjson'
}

interface TerminalBarProps {
  state: TerminalState
  total: number
  shown: number
  /** How many lines are chosen by hand. */
  selected: number
  sites: readonly TerminalSite[]
  filter: LineFilter
  onFilter: (filter: LineFilter) => void
  /** The text of the chosen lines, or of all that are shown. */
  copyText: () => string
  onDownload: (kind: DownloadKind) => void
  /** How many lines a file that is being written has so far. */
  saving: number | null
  /** New lines are scrolled to. */
  follows: boolean
  /** undefined: none will come. */
  onFollow: ((follows: boolean) => void) | undefined
}

const LEVEL_OPTIONS: readonly { value: LevelFilter; label: string }[] = [
  { value: 'all', label: 'all levels' },
  { value: 'problems', label: 'warn and error' },
  { value: 'error', label: 'error' },
  { value: 'warn', label: 'warn' },
  { value: 'success', label: 'success' },
  { value: 'info', label: 'info' },
  { value: 'debug', label: 'debug' },
]

const quietSelect = 'w-auto! border-transparent! bg-transparent! text-hint! text-term-dim! hover:text-term-ink! focus-visible:text-term-ink!'
const quietButton = 'text-term-ink! hover:bg-term-line!'

export const TerminalBar = memo(function TerminalBar({ state, total, shown, selected, sites, filter, onFilter, copyText, onDownload, saving, follows, onFollow }: TerminalBarProps) {
  const [searching, setSearching] = useState(false)
  const lines = shown === total ? count('line', total) : `${formatNumber(shown)} of ${count('line', total)}`
  const endSearch = () => {
    setSearching(false)
    onFilter({ ...filter, search: '' })
  }

  return (
    <div className="flex min-h-9 shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-term-line bg-term-bar px-3 py-0.5">
      <StreamState state={state} />
      <span className="text-hint whitespace-nowrap text-term-dim tabular-nums">{lines}</span>
      {saving !== null && (
        <span role="status" className="text-hint whitespace-nowrap text-term-info tabular-nums">
          Saving {formatNumber(saving)}…
        </span>
      )}
      <div className="ml-auto flex flex-wrap items-center justify-end gap-0.5">
        {searching && (
          <Input
            type="search"
            aria-label="Search the log"
            placeholder="Search"
            // The field appears because somebody asked for it, and what they do next is type.
            // eslint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            className="h-7! w-40! border-term-dim! bg-term-ground! text-hint! text-term-ink! placeholder:text-term-dim"
            value={filter.search}
            onChange={(event) => onFilter({ ...filter, search: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === 'Escape') endSearch()
            }}
          />
        )}
        <Select
          aria-label="Level"
          size="sm"
          className={quietSelect}
          value={filter.level}
          onValueChange={(level) => onFilter({ ...filter, level })}
          options={LEVEL_OPTIONS}
        />
        {sites.length > 1 && (
          <Select
            aria-label="Site"
            size="sm"
            className={`${quietSelect} max-w-44`}
            value={filter.site}
            onValueChange={(site) => onFilter({ ...filter, site })}
            options={[{ value: 'all', label: 'all sites' }, ...sites.map(({ id, slug }) => ({ value: id, label: slug }))]}
          />
        )}
        {onFollow !== undefined && (
          <IconButton
            label={follows ? 'Pause: stay where I read' : 'Follow new lines'}
            className={quietButton}
            icon={follows ? <PauseIcon aria-hidden weight="fill" /> : <PlayIcon aria-hidden weight="fill" />}
            onClick={() => onFollow(!follows)}
          />
        )}
        <IconButton
          label={searching ? 'End the search' : 'Search the log'}
          aria-pressed={searching}
          className={quietButton}
          icon={<MagnifyingGlassIcon aria-hidden />}
          onClick={() => (searching ? endSearch() : setSearching(true))}
        />
        <CopyButton
          size="md"
          className={quietButton}
          label={selected > 0 ? `Copy ${count('chosen line', selected)}` : `Copy ${count('line', shown)}`}
          text={copyText}
        />
        <DropdownMenu trigger={<IconButton label="Download" disabled={saving !== null} className={quietButton} icon={<DownloadSimpleIcon aria-hidden />} />}>
          <MenuItem onSelect={() => onDownload({ what: 'all', form: 'text' })}>All lines as text (.log)</MenuItem>
          <MenuItem onSelect={() => onDownload({ what: 'all', form: 'ndjson' })}>All lines as JSON, with payloads (.ndjson)</MenuItem>
          {shown !== total && (
            <>
              <MenuItem onSelect={() => onDownload({ what: 'shown', form: 'text' })}>{count('shown line', shown)} as text (.log)</MenuItem>
              <MenuItem onSelect={() => onDownload({ what: 'shown', form: 'ndjson' })}>{count('shown line', shown)} as JSON (.ndjson)</MenuItem>
            </>
          )}
        </DropdownMenu>
      </div>
    </div>
  )
})
