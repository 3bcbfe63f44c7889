import type { ReplayContent, ReplayPlan } from '@/features/jobs/queries/replay'
import { partsOfReplay, replayWords } from '@/features/jobs/replay/replay-words'
import { count, formatBytes, formatNumber } from '@/lib/format'
import { DataTable, type Column } from '@/ui/data-table'
import { RelativeTime } from '@/ui/relative-time'
import { StatusChip } from '@/ui/status-chip'

type Row = ReplayPlan['deliveries'][number]

/** A preview is for reading: beyond this the count says enough. */
const SHOWN = 100

const COLUMNS: readonly Column<Row>[] = [
  {
    key: 'site',
    header: 'Site',
    cell: (row) => (
      <>
        <span className="font-semibold">{row.site_name}</span>
        {row.is_accepted && <span className="text-hint text-ink-3"> shows this now</span>}
        {!row.enabled ? <span className="text-hint text-ink-3"> disabled</span> : !row.has_body && <span className="text-hint text-ink-3"> no original</span>}
      </>
    ),
  },
  { key: 'run', header: 'Run', mono: true, cell: (row) => row.job_number },
  { key: 'status', header: 'Status', cell: (row) => <StatusChip status={row.status} variant="bare" /> },
  { key: 'size', header: 'Payload', hideBelow: 'sm', className: 'whitespace-nowrap', cell: (row) => `${count('item', row.item_count)}, ${formatBytes(row.body_bytes)}` },
  { key: 'when', header: 'When', hideBelow: 'sm', className: 'whitespace-nowrap', cell: (row) => <RelativeTime at={row.created_at} /> },
]

/** What a bulk replay would send: nothing is chosen blindly. */
export function ReplayPreview({ plan, content }: { plan: ReplayPlan; content: ReplayContent }) {
  return (
    <>
      <p role="status" className="mb-1.5 text-hint text-ink-2">
        {replayWords(partsOfReplay(plan, content))}
        {plan.count > SHOWN && ` The first ${SHOWN} of ${formatNumber(plan.count)} are shown.`}
      </p>
      <DataTable
        caption="Deliveries that would be replayed"
        boxClassName="max-h-64"
        columns={COLUMNS}
        rows={plan.deliveries.slice(0, SHOWN)}
        rowKey={({ delivery_id }) => delivery_id}
        empty={<p className="px-4 py-3 text-hint text-ink-2">Choose another status, a longer time, or more sites.</p>}
      />
    </>
  )
}
