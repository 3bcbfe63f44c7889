import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { ActorMark } from '@/features/audit/actor-mark'
import type { AuditFilters } from '@/features/audit/audit-filters'
import { NO_FILTERS, writeFilters } from '@/features/audit/audit-filters'
import { sentenceOf, shownValue } from '@/features/audit/audit-words'
import type { AuditEntry } from '@/features/audit/entry'
import { entryRecord } from '@/features/audit/export-entries'
import { entryQuery } from '@/features/audit/queries/entries'
import { subjectQuery } from '@/features/audit/queries/subject'
import { describeError } from '@/lib/errors'
import { capitalize, formatExact, formatNumber } from '@/lib/format'
import { paths } from '@/lib/paths'
import { useOrganizationId } from '@/lib/session'
import { buttonClass } from '@/ui/button'
import { CopyButton } from '@/ui/copy-button'
import { DiffView } from '@/ui/diff-view'
import { Drawer } from '@/ui/drawer'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { Skeleton } from '@/ui/skeleton'

interface EntryDrawerProps {
  seq: number
  /** The entry as the list has it: shown until it has been read again, for here one looks at what is stored now. */
  known: AuditEntry | undefined
  onClose: () => void
}

/** One entry whole: what changed field by field, who did it from where, and the hashes that hold it in its place. */
export function EntryDrawer({ seq, known, onClose }: EntryDrawerProps) {
  const organizationId = useOrganizationId()
  const { data: entry, error, refetch, isFetching } = useQuery({ ...entryQuery(organizationId, seq), placeholderData: known })
  const sentence = entry === undefined || entry === null ? null : sentenceOf(entry)
  return (
    <Drawer
      open
      size="lg"
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
      title={sentence === null ? `Entry ${formatNumber(seq)}` : `${capitalize(sentence.act)} ${sentence.name}`}
      description={entry === undefined || entry === null ? undefined : `Entry ${formatNumber(seq)}, ${formatExact(entry.at)}`}
      actions={
        entry !== undefined && entry !== null && <CopyButton label="Copy as JSON" text={() => JSON.stringify(entryRecord(entry), null, 2)} />
      }
      footer={entry !== undefined && entry !== null && <Ways entry={entry} />}
    >
      {error !== null && entry === undefined ? (
        <ErrorState {...describeError(error)} onRetry={() => void refetch()} retrying={isFetching} />
      ) : entry === undefined ? (
        <div aria-busy="true" className="space-y-3">
          <Skeleton className="h-24" />
          <Skeleton className="h-40" />
        </div>
      ) : entry === null ? (
        <EmptyState title="There is no such entry" detail="It was never written, or it is no longer kept: the settings of the organization say for how long." />
      ) : (
        <EntryBody entry={entry} />
      )}
    </Drawer>
  )
}

function EntryBody({ entry }: { entry: AuditEntry }) {
  const facts: [string, string | null][] = [
    ['IP address', entry.ip],
    ['User agent', entry.userAgent],
    ['Request id', entry.requestId],
    ['Object', entry.subjectId],
    ['Hash', entry.hash],
    ['Hash before', entry.previousHash],
  ]
  return (
    <>
      <h3 className="mb-2 text-hint font-semibold">{entry.changes.length === 0 ? 'No field was changed by this' : 'What changed'}</h3>
      {entry.changes.length > 0 && (
        <DiffView changes={entry.changes.map((change) => ({
          field: change.field,
          ...('before' in change ? { before: shownValue(change.before) } : {}),
          ...('after' in change ? { after: shownValue(change.after) } : {}),
        }))} />
      )}
      <h3 className="mt-5 mb-2 text-hint font-semibold">Who, and from where</h3>
      <dl className="divide-y divide-line rounded-md border border-line text-hint">
        <div className="flex flex-wrap items-center gap-x-4 px-3 py-2">
          <dt className="w-28 text-ink-2">Who</dt>
          <dd className="min-w-0 flex-1">
            <ActorMark entry={entry} />
          </dd>
        </div>
        {facts.map(([name, value]) => (
          <div key={name} className="flex flex-wrap items-center gap-x-4 px-3 py-1.5">
            <dt className="w-28 text-ink-2">{name}</dt>
            <dd className="flex min-w-0 flex-1 basis-48 items-center gap-1 font-mono text-xs">
              <span className="min-w-0 flex-1 break-words">{value ?? <span className="font-sans text-ink-3">not known</span>}</span>
              {value !== null && <CopyButton text={value} label={`Copy ${name === 'IP address' ? name : name.toLowerCase()}`} />}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-hint text-ink-3">The hash covers everything in this entry and the hash before it, so whatever is altered later can be found.</p>
    </>
  )
}

/** From here: to the object, to its whole history, to everything that this actor did. */
function Ways({ entry }: { entry: AuditEntry }) {
  const organizationId = useOrganizationId()
  const { data: subject } = useQuery(subjectQuery(organizationId, entry))
  const history = (filters: Partial<AuditFilters>) => `${paths.audit.getHref()}?${writeFilters({ ...NO_FILTERS, ...filters }).toString()}`
  return (
    <>
      {entry.actorId !== null && (
        <Link className={buttonClass({ variant: 'ghost' })} to={history({ actor: { id: entry.actorId } })}>
          All by this {entry.actorKind === 'user' ? 'person' : entry.actorKind === 'api_key' ? 'key' : 'actor'}
        </Link>
      )}
      {entry.subjectId !== null && entry.subjectId !== '' && (
        <Link className={buttonClass()} to={history({ subjectKind: entry.subjectKind, subjectId: entry.subjectId })}>
          History of this object
        </Link>
      )}
      {subject !== undefined && subject !== null && (
        <Link className={buttonClass({ variant: 'primary' })} to={subject.href}>
          {subject.label}
        </Link>
      )}
    </>
  )
}
