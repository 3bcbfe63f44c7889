import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { CircleIcon } from '@phosphor-icons/react/Circle'
import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { WarningCircleIcon } from '@phosphor-icons/react/WarningCircle'
import { Link } from 'react-router-dom'
import { subjectHref } from '@/features/alerts/alert-words'
import type { AlertEvent } from '@/features/alerts/queries/inbox'
import { capitalize, count } from '@/lib/format'
import { paths } from '@/lib/paths'
import { Chip } from '@/ui/chip'
import { cn } from '@/ui/cn'
import { IconButton } from '@/ui/icon-button'
import { RelativeTime } from '@/ui/relative-time'

interface EventEntryProps {
  event: AlertEvent
  onMark: (read: boolean) => void
  /** Somebody follows one of its links. */
  onFollow?: () => void
}

const LOOKS = {
  firing: { icon: WarningCircleIcon, tone: 'text-failure', word: 'Firing' },
  recovered: { icon: CheckCircleIcon, tone: 'text-success', word: 'Recovered' },
  test: { icon: PaperPlaneTiltIcon, tone: 'text-ink-3', word: 'Test' },
} as const

/** Named one by one up to here; more are counted. */
const NAMED = 4

/** One entry of the inbox. */
export function EventEntry({ event, onMark, onFollow }: EventEntryProps) {
  const { icon: Icon, tone, word } = LOOKS[event.state]
  const follow = () => {
    if (!event.read) onMark(true)
    onFollow?.()
  }
  const href = hrefOf(event)
  const named = event.subject_count > 1 ? event.subjects.slice(0, NAMED) : []
  return (
    <div className="flex gap-3 px-4 py-3">
      <Icon weight="fill" aria-hidden className={cn('mt-0.5 size-4.5 shrink-0', tone)} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2 gap-y-0.5">
          <span className="sr-only">{word}: </span>
          {href === null ? (
            <span className={cn('min-w-0 break-words', event.read ? 'text-ink' : 'font-semibold text-ink')}>{event.title}</span>
          ) : (
            <Link to={href} onClick={follow} className={cn('min-w-0 break-words underline-offset-3 hover:underline', event.read ? 'text-ink' : 'font-semibold text-ink')}>
              {event.title}
            </Link>
          )}
          {event.open && <Chip tone="failure">still firing</Chip>}
          {event.muted && <Chip>muted</Chip>}
        </p>
        {event.subject_count === 1 && event.detail !== '' && <p className="mt-0.5 text-hint break-words text-ink-2">{capitalize(event.detail)}</p>}
        {event.state === 'test' && <p className="mt-0.5 text-hint break-words text-ink-2">{event.detail}</p>}
        {named.length > 0 && (
          <ul className="mt-1 flex flex-col gap-0.5 text-hint text-ink-2">
            {named.map((subject) => {
              const to = subjectHref(subject)
              return (
                <li key={subject.id} className="truncate">
                  {to === null ? (
                    subject.name
                  ) : (
                    <Link to={to} onClick={follow} className="font-medium text-ink underline-offset-3 hover:underline">
                      {subject.name}
                    </Link>
                  )}
                  {subject.detail !== '' && `: ${subject.detail}`}
                </li>
              )
            })}
            {event.subject_count > named.length && <li className="text-ink-3">and {event.subject_count - named.length} more</li>}
          </ul>
        )}
        <p className="mt-1 text-hint text-ink-3">
          <RelativeTime at={event.at} />, {event.rule_name}
          {event.messages !== null && event.messages.sent > 0 && `, ${count('message', event.messages.sent)} sent`}
          {event.messages !== null && event.messages.waiting > 0 && `, ${event.messages.waiting} on the way`}
        </p>
        {event.messages?.failed.map(({ channel, recipient, error }) => (
          <p key={`${channel} ${recipient}`} className="mt-0.5 text-hint break-words text-failure">
            {channel === 'email' ? `No mail reached ${recipient}` : `The webhook ${hostOf(recipient)} was not reached`}: {error}
          </p>
        ))}
      </div>
      <IconButton
        size="sm"
        label={event.read ? `Mark as unread: ${event.title}` : `Mark as read: ${event.title}`}
        icon={<CircleIcon aria-hidden weight={event.read ? 'regular' : 'fill'} className={cn('size-2.5', event.read ? 'text-ink-3' : 'text-accent')} />}
        onClick={() => onMark(!event.read)}
      />
    </div>
  )
}

function hrefOf({ job_id, kind, subjects, subject_count }: AlertEvent): string | null {
  if (job_id !== null) return paths.job.getHref(job_id)
  const [first] = subjects
  if (subject_count === 1 && first !== undefined) return subjectHref(first) ?? (kind === 'silence' ? paths.jobs.getHref() : null)
  return kind === 'site' ? paths.sites.getHref() : kind === 'schedule' ? paths.schedules.getHref() : null
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url
}
