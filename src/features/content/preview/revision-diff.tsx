import { useMemo, useState } from 'react'
import { fieldChanges } from '@/features/content/field-history'
import { useRevision, type Revision } from '@/features/content/queries/revisions'
import { describeError } from '@/lib/errors'
import { count } from '@/lib/format'
import { formatMoment } from '@/lib/zoned-time'
import { DiffView, type DiffLayout, type FieldChange } from '@/ui/diff-view'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'

const LAYOUTS = [
  { value: 'unified', label: 'Unified' },
  { value: 'split', label: 'Side by side' },
] as const

/** What differs between two revisions, whatever their fields were called when they were saved. */
export function RevisionDiff({ itemId, from, to }: { itemId: string; from: number; to: number }) {
  const [layout, setLayout] = useState<DiffLayout>('unified')
  const [before, after] = [useRevision(itemId, from), useRevision(itemId, to)]
  const changes = useMemo(
    () => (before.data == null || after.data == null ? [] : [...fieldChanges(before.data, after.data), ...stateChanges(before.data, after.data)]),
    [before.data, after.data],
  )
  const failure = before.error ?? after.error
  if (failure !== null) return <ErrorState {...describeError(failure)} onRetry={() => void Promise.all([before.refetch(), after.refetch()])} />
  if (before.data === undefined || after.data === undefined) return <Skeleton className="h-32" />
  if (before.data === null || after.data === null) return <EmptyState title="There is no such revision" detail="Choose two of the list above." />
  if (from === to) return <EmptyState title={to === 1 ? 'This is the first revision' : 'This is one revision'} detail={to === 1 ? 'There is nothing before it to compare it with.' : 'Choose another one to compare it with.'} />
  return (
    <section aria-label={`Revision ${from} to ${to}`}>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <h3 className="text-sm font-semibold">
          Revision {from} to {to}
          <span className="ml-2 font-normal text-ink-2">{changes.length === 0 ? 'nothing differs' : count('field', changes.length)}</span>
        </h3>
        {changes.length > 0 && <SegmentedControl<DiffLayout> aria-label="Layout" value={layout} onValueChange={setLayout} segments={LAYOUTS} className="max-sm:hidden" />}
      </div>
      {changes.length === 0 ? (
        <p className="rounded-md border border-dashed border-line-strong px-4 py-6 text-center text-hint text-ink-2">These two say the same.</p>
      ) : (
        <DiffView changes={changes} layout={layout} />
      )}
    </section>
  )
}

/** What is not content, and was saved with it. */
function stateChanges(before: Revision, after: Revision): FieldChange[] {
  const moment = (at: string | null) => (at === null ? undefined : formatMoment(at))
  const pairs = [
    ['item status', 'Status', before.status, after.status],
    ['item publish_at', 'Publish from', moment(before.publishAt), moment(after.publishAt)],
    ['item unpublish_at', 'Unpublish at', moment(before.unpublishAt), moment(after.unpublishAt)],
  ] as const
  return pairs.flatMap(([field, label, was, is]) => (was === is ? [] : [{ field, label, before: was, after: is }]))
}
