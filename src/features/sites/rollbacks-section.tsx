import { useState } from 'react'
import { useRollbacks, type Rollback } from '@/features/sites/queries/rollbacks'
import type { Site } from '@/features/sites/queries/sites'
import { RollbackDialog } from '@/features/sites/rollback-dialog'
import { describeError } from '@/lib/errors'
import { formatBytes, formatNumber } from '@/lib/format'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Chip } from '@/ui/chip'
import { DataTable, type Column } from '@/ui/data-table'
import { ErrorState } from '@/ui/error-state'
import { RelativeTime } from '@/ui/relative-time'

/** What the site accepted and can go back to. */
export function RollbacksSection({ site }: { site: Site }) {
  const { data, error, refetch } = useRollbacks(site.id)
  const isEditor = useHasRole('editor')
  const [target, setTarget] = useState<Rollback | null>(null)
  const [open, setOpen] = useState(false)
  const choose = (rollback: Rollback) => {
    setTarget(rollback)
    setOpen(true)
  }
  return (
    <section>
      <h2 className="text-base font-semibold">Accepted deliveries</h2>
      <p className="mb-3 text-hint text-ink-2">Each is kept as it was sent, so the site can go back to it.</p>
      {error !== null ? (
        <Card>
          <ErrorState {...describeError(error)} onRetry={() => void refetch()} className="py-6" />
        </Card>
      ) : data?.length === 0 ? (
        <Card>
          <p className="text-hint text-ink-2">The site has accepted nothing yet that could be sent again.</p>
        </Card>
      ) : (
        <DataTable
          caption="Accepted deliveries"
          columns={columns(isEditor, choose)}
          rows={data}
          rowKey={(rollback) => rollback.deliveryId}
          rowHref={(rollback) => paths.job.getHref(rollback.jobId)}
          skeletonRows={2}
          boxClassName="max-h-80"
        />
      )}
      {target !== null && <RollbackDialog key={target.deliveryId} open={open} onOpenChange={setOpen} site={site} rollback={target} />}
    </section>
  )
}

function columns(isEditor: boolean, choose: (rollback: Rollback) => void): Column<Rollback>[] {
  return [
    { key: 'run', header: 'Run', className: 'whitespace-nowrap', cell: (rollback) => `Run ${rollback.jobNumber}` },
    { key: 'when', header: 'Accepted', cell: (rollback) => <RelativeTime at={rollback.acceptedAt} className="text-ink-2" /> },
    { key: 'items', header: 'Items', align: 'right', cell: (rollback) => formatNumber(rollback.itemCount) },
    { key: 'size', header: 'Size', align: 'right', hideBelow: 'sm', cell: (rollback) => formatBytes(rollback.bytes) },
    { key: 'sequence', header: 'Sequence', align: 'right', hideBelow: 'md', cell: (rollback) => rollback.sequence ?? '' },
    {
      key: 'act',
      header: 'Roll back',
      hideHeader: true,
      align: 'right',
      cell: (rollback) => {
        if (rollback.isCurrent) return <Chip tone="accent">current</Chip>
        if (!isEditor) return null
        return (
          <Button size="sm" aria-label={`Roll back to this, run ${rollback.jobNumber}`} onClick={() => choose(rollback)}>
            <span>
              Roll back<span className="max-sm:hidden"> to this</span>
            </span>
          </Button>
        )
      },
    },
  ]
}
