import { useQuery } from '@tanstack/react-query'
import { ArrowsLeftRightIcon } from '@phosphor-icons/react/ArrowsLeftRight'
import { useMemo } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { pairsOf, PARTS, partOf, type ComparePart } from '@/features/jobs/compare/compare-words'
import { PairList } from '@/features/jobs/compare/pair-list'
import { RunFacts } from '@/features/jobs/compare/run-facts'
import { comparedRunQuery, type ComparedRun } from '@/features/jobs/queries/compare'
import { describeError } from '@/lib/errors'
import { count, formatNumber } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useSession } from '@/lib/session'
import { withParameters } from '@/lib/use-url-filters'
import { Button } from '@/ui/button'
import { ErrorState } from '@/ui/error-state'
import { PageHeader } from '@/ui/page-header'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

export function Component() {
  usePageTitle({ label: 'Jobs', href: paths.jobs.getHref() }, 'Compare')
  const [search] = useSearchParams()
  const a = search.get('a') ?? ''
  const b = search.get('b') ?? ''
  if (!UUID.test(a) || !UUID.test(b)) return <Missing />
  return <Runs key={`${a} ${b}`} a={a} b={b} />
}

function Runs({ a, b }: { a: string; b: string }) {
  const userId = useSession((state) => state.user?.id)
  const before = useQuery(comparedRunQuery(a, userId))
  const after = useQuery(comparedRunQuery(b, userId))
  if (before.data === null || after.data === null) return <Missing />
  if (before.data !== undefined && after.data !== undefined) return <Compared before={before.data} after={after.data} />
  const failed = [before, after].find(({ error }) => error !== null)
  return failed === undefined ? (
    <div aria-busy="true">
      <PageHeader title="Compare runs" sub={<Skeleton className="mt-1.5 w-72 max-w-full" />} />
      <Skeleton className="h-40 rounded-lg" />
    </div>
  ) : (
    <>
      <PageHeader title="Compare runs" />
      <ErrorState className="rounded-lg border border-line bg-panel" {...describeError(failed.error)} onRetry={() => void failed.refetch()} retrying={failed.isFetching} />
    </>
  )
}

function Compared({ before, after }: { before: ComparedRun; after: ComparedRun }) {
  const [search, setSearch] = useSearchParams()
  const part = PARTS.find((candidate) => candidate === search.get('show')) ?? 'all'
  const pairs = useMemo(() => pairsOf(before.deliveries, after.deliveries), [before, after])
  const shown = useMemo(() => partOf(pairs, part), [pairs, part])
  const show = (value: ComparePart) => setSearch((address) => withParameters(address, { show: value === 'all' ? null : value }), { replace: true, preventScrollReset: true })
  const payloads = partOf(pairs, 'payload').length
  const single = partOf(pairs, 'one-only').length
  const label: Record<ComparePart, string> = {
    all: `All ${formatNumber(pairs.length)}`,
    payload: `Other payload ${formatNumber(payloads)}`,
    status: `Other status ${formatNumber(partOf(pairs, 'status').length)}`,
    'one-only': `In one only ${formatNumber(single)}`,
  }
  return (
    <>
      <PageHeader
        title={`Run ${before.number} and run ${after.number}`}
        sub={
          payloads + single === 0
            ? `Both are for the same ${count('site', pairs.length)}, with the same payloads.`
            : [payloads > 0 ? `${count('site', payloads)} with another payload` : '', single > 0 ? `${count('site', single)} in one of them only` : ''].filter(Boolean).join(', ') + '.'
        }
        actions={
          <Button asChild>
            <Link to={paths.compareJobs.getHref(after.id, before.id)} replace>
              <ArrowsLeftRightIcon aria-hidden />
              Swap
            </Link>
          </Button>
        }
      />
      <RunFacts before={before} after={after} />
      <div className="mt-4 mb-3 max-w-full overflow-x-auto">
        <SegmentedControl
          aria-label="Which sites"
          value={part}
          onValueChange={show}
          segments={PARTS.map((value) => ({ value, label: label[value] }))}
        />
      </div>
      <PairList key={part} pairs={shown} beforeNumber={before.number} afterNumber={after.number} onShowAll={part === 'all' ? undefined : () => show('all')} />
    </>
  )
}

function Missing() {
  return (
    <>
      <PageHeader title="Choose two runs to compare" sub="One of them is not here: it may belong to another organization, or the address is not complete." />
      <Button asChild>
        <Link to={paths.jobs.getHref()}>All jobs</Link>
      </Button>
    </>
  )
}
