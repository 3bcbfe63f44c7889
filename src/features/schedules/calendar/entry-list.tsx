import type { ComponentProps } from 'react'
import { Link } from 'react-router-dom'
import type { Entry } from '@/features/schedules/calendar/entries'
import { EntryMark } from '@/features/schedules/calendar/entry-mark'
import { paths } from '@/lib/paths'

function hrefOf({ to }: Pick<Entry, 'to'>): string {
  switch (to.what) {
    case 'schedule':
      return paths.schedule.getHref(to.id)
    case 'job':
      return paths.job.getHref(to.id)
    case 'item':
      return paths.contentItem.getHref(to.id)
    case 'jobs':
      return paths.jobs.getHref()
  }
}

/** One entry as a link with everything that is to be said of it. */
function EntryLink({ entry }: { entry: Entry }) {
  return (
    <Link to={hrefOf(entry)} className="group flex items-start gap-2 rounded-sm px-1.5 py-1 text-hint hover:bg-hover">
      <EntryMark mark={entry.mark} className="mt-0.75" />
      <span className="min-w-0">
        <span className="font-mono text-xs text-ink-2">{entry.time}</span> <span className="break-words text-ink group-hover:underline">{entry.label}</span>
        {entry.detail !== undefined && <span className="block text-xs text-ink-3">{entry.detail}</span>}
      </span>
    </Link>
  )
}

/** The entries of a day, by time. */
export function EntryList({ entries, ...list }: { entries: readonly Entry[] } & ComponentProps<'ul'>) {
  return (
    <ul {...list}>
      {entries.map((entry) => (
        <li key={entry.key}>
          <EntryLink entry={entry} />
        </li>
      ))}
    </ul>
  )
}
