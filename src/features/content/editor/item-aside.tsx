import type { ContentSchema } from '@core/content-schema'
import { CheckCircleIcon } from '@phosphor-icons/react/CheckCircle'
import { WarningCircleIcon } from '@phosphor-icons/react/WarningCircle'
import { Link } from 'react-router-dom'
import { problemSentence } from '@/features/content/editor/form-data'
import type { ItemStatus } from '@/features/content/item-status'
import { itemCondition, type ItemCondition } from '@/features/content/publish-window'
import type { Item } from '@/features/content/queries/item'
import { useItemSites } from '@/features/content/queries/item-sites'
import { errorLine } from '@/lib/errors'
import { count } from '@/lib/format'
import { paths } from '@/lib/paths'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { RelativeTime } from '@/ui/relative-time'
import { Skeleton } from '@/ui/skeleton'
import { StatusChip } from '@/ui/status-chip'
import { useNow } from '@/ui/use-now'

interface ReadinessCardProps {
  schema: ContentSchema
  /** null: not saved yet. */
  status: ItemStatus | null
  /** All that publishing would refuse, by field name. */
  problems: ReadonlyMap<string, string>
  onGoTo: (name: string) => void
}

/** What stands in the way, each with the way to it. Of what is out nothing is said while nothing is wrong. */
export function ReadinessCard({ schema, status, problems, onGoTo }: ReadinessCardProps) {
  if (status === 'published' && problems.size === 0) return null
  return (
    <Card title={status === 'published' ? 'Before it can be saved' : 'Before it can be published'}>
      {problems.size === 0 ? (
        <p className="flex items-center gap-2 text-hint text-ink-2">
          <CheckCircleIcon weight="fill" className="size-4 shrink-0 text-success" aria-hidden /> Nothing is missing.
        </p>
      ) : (
        <ul className="flex flex-col gap-1.5">
          {[...problems].map(([name, message]) => (
            <li key={name}>
              <button type="button" onClick={() => onGoTo(name)} className="flex items-start gap-2 rounded-sm text-left text-hint text-ink-2 hover:text-ink">
                <WarningCircleIcon className="mt-px size-4 shrink-0 text-warning" aria-hidden />
                <span className="underline decoration-line-strong underline-offset-2">{problemSentence(schema, name, message)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

interface StrangersProps {
  names: readonly string[]
  onRemove: () => void
}

export function StrangersNote({ names, onRemove }: StrangersProps) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p>
        It still holds{' '}
        {names.map((name, index) => (
          <span key={name}>
            {index > 0 && ', '}
            <code className="font-mono text-xs">{name}</code>
          </span>
        ))}
        , which its type no longer has. It cannot be published with {names.length === 1 ? 'that' : 'those'}.
      </p>
      <Button size="sm" onClick={onRemove}>
        Take {names.length === 1 ? 'it' : 'them'} out
      </Button>
    </div>
  )
}

const DESTINED: Record<ItemCondition, (sites: string) => string> = {
  draft: (sites) => `Goes to ${sites} once it is published.`,
  scheduled: (sites) => `Goes to ${sites} when its window opens.`,
  published: (sites) => `Goes to ${sites} with the next run.`,
  ended: (sites) => `Its window has ended: ${sites} would get it again.`,
  archived: (sites) => `Goes to ${sites} once it is published.`,
}

export function ItemSitesCard({ item }: { item: Item }) {
  const { data, error, refetch } = useItemSites(item.id)
  const now = useNow()
  const shown = data?.filter(({ mode }) => mode !== 'block').length ?? 0
  return (
    <Card
      title="Sites"
      actions={
        <Link to={paths.mappings.getHref()} className="text-hint text-accent-ink underline-offset-2 hover:underline">
          Mappings
        </Link>
      }
    >
      {error !== null && data === undefined ? (
        <p role="alert" className="text-hint text-failure">
          {errorLine(error)}{' '}
          <button type="button" className="underline underline-offset-2" onClick={() => void refetch()}>
            Try again
          </button>
        </p>
      ) : data === undefined ? (
        <Skeleton className="w-40" />
      ) : data.length === 0 ? (
        <p className="text-hint text-ink-2">No site gets it yet. Say which ones in Mappings.</p>
      ) : (
        <>
          <p className="mb-2 text-hint text-ink-2">
            {DESTINED[itemCondition(item, now)](count('site', shown))}
          </p>
          <ul className="flex max-h-72 flex-col gap-1.5 overflow-y-auto">
            {data.map((site) => (
              <li key={site.siteId} className="flex items-center justify-between gap-3">
                <Link to={paths.site.getHref(site.siteId)} className="min-w-0 truncate text-ink hover:underline">
                  {site.siteName}
                </Link>
                <StatusChip variant="bare" status={site.mode} label={site.mode === 'override' ? `${site.overridden.length} overridden` : undefined} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  )
}

export function ItemHistoryCard({ item, typeTitle, onHistory }: { item: Item; typeTitle: string; onHistory: () => void }) {
  return (
    <Card
      title="History"
      actions={
        <button type="button" onClick={onHistory} className="text-hint text-accent-ink underline-offset-2 hover:underline">
          All revisions
        </button>
      }
    >
      <dl className="grid grid-cols-[6rem_minmax(0,1fr)] gap-y-1.5 text-hint">
        <dt className="text-ink-3">Type</dt>
        <dd>{typeTitle}</dd>
        <dt className="text-ink-3">Revision</dt>
        <dd className="tabular-nums">{item.revision}</dd>
        <dt className="text-ink-3">Last saved</dt>
        <dd>
          <RelativeTime at={item.updatedAt} />
          {item.updatedBy !== null && <span className="block wrap-anywhere text-ink-2">by {item.updatedBy}</span>}
        </dd>
        <dt className="text-ink-3">Published</dt>
        <dd>
          <RelativeTime at={item.publishedAt} />
        </dd>
        <dt className="text-ink-3">Created</dt>
        <dd>
          <RelativeTime at={item.createdAt} />
          {item.createdBy !== null && <span className="block wrap-anywhere text-ink-2">by {item.createdBy}</span>}
        </dd>
      </dl>
    </Card>
  )
}
