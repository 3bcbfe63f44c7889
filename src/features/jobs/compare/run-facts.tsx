import type { ReactNode } from 'react'
import { Link } from 'react-router-dom'
import { differenceWords } from '@/features/jobs/compare/compare-words'
import { shortHash } from '@/features/jobs/delivery-words'
import type { ComparedRun } from '@/features/jobs/queries/compare'
import { formatDuration, formatExact, formatNumber } from '@/lib/format'
import { paths } from '@/lib/paths'
import { JobStatusChip } from '@/ui/job-columns'
import { RelativeTime } from '@/ui/relative-time'
import { Cell, HeadCell, Row, Table, TableHead } from '@/ui/table'

interface Fact {
  name: string
  of: (run: ComparedRun) => ReactNode
  difference?: string
}

const duration = (ms: number | null): string => (ms === null ? '–' : formatDuration(ms))
const plus = (before: number, after: number): string => (before === after ? 'same' : `${after > before ? '+' : '−'}${formatNumber(Math.abs(after - before))}`)

/** What the two runs were as wholes. */
export function RunFacts({ before, after }: { before: ComparedRun; after: ComparedRun }) {
  const facts: Fact[] = [
    { name: 'Status', of: (run) => <JobStatusChip status={run.status} idle={run.idle} /> },
    { name: 'Started by', of: ({ startedBy }) => startedBy },
    { name: 'When', of: ({ createdAt }) => <span title={formatExact(createdAt)}><RelativeTime at={createdAt} /></span> },
    { name: 'Duration', of: ({ durationMs }) => duration(durationMs), difference: differenceWords(before.durationMs, after.durationMs) },
    { name: 'Sites', of: ({ sites, skipped }) => `${formatNumber(sites)}${skipped > 0 ? ` (${formatNumber(skipped)} unchanged)` : ''}`, difference: plus(before.sites, after.sites) },
    { name: 'Attempts', of: ({ attempts }) => formatNumber(attempts), difference: plus(before.attempts, after.attempts) },
    { name: 'Attempt, median', of: ({ p50Ms }) => duration(p50Ms), difference: differenceWords(before.p50Ms, after.p50Ms) },
    { name: 'Attempt, p95', of: ({ p95Ms }) => duration(p95Ms), difference: differenceWords(before.p95Ms, after.p95Ms) },
    { name: 'Plan', of: ({ planHash }) => (planHash === null ? '–' : <code className="font-mono text-hint" title={planHash}>{shortHash(planHash)}</code>) },
  ]
  return (
    <Table caption="The two runs">
      <TableHead>
        <HeadCell className="w-40">
          <span className="sr-only">What</span>
        </HeadCell>
        {[before, after].map((run) => (
          <HeadCell key={run.id}>
            <Link to={paths.job.getHref(run.id)} className="font-semibold text-accent-ink underline-offset-3 hover:underline">
              Run {run.number}
            </Link>
          </HeadCell>
        ))}
        <HeadCell className="max-sm:hidden">Difference</HeadCell>
      </TableHead>
      <tbody>
        {facts.map(({ name, of, difference }) => (
          <Row key={name}>
            <Cell className="text-ink-2">{name}</Cell>
            <Cell className="tabular-nums">{of(before)}</Cell>
            <Cell className="tabular-nums">{of(after)}</Cell>
            <Cell className="text-ink-2 tabular-nums max-sm:hidden">{difference}</Cell>
          </Row>
        ))}
      </tbody>
    </Table>
  )
}
