import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from 'react-router-dom'
import { sendTest, siteTestQuery, useSiteTest, type TestReport } from '@/features/sites/queries/site-test'
import type { Site } from '@/features/sites/queries/sites'
import { describeError, errorLine } from '@/lib/errors'
import { formatDuration } from '@/lib/format'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Chip } from '@/ui/chip'
import { CopyButton } from '@/ui/copy-button'
import { ErrorState } from '@/ui/error-state'
import { Notice } from '@/ui/notice'
import { RelativeTime } from '@/ui/relative-time'
import { Skeleton } from '@/ui/skeleton'

/** A signed request that changes nothing, to see what the destination makes of it. */
export function TestCard({ site }: { site: Site }) {
  const queryClient = useQueryClient()
  const isEditor = useHasRole('editor')
  const last = useSiteTest(site.id)
  const test = useMutation({
    mutationFn: () => sendTest(site.id),
    onSuccess: async (report) => {
      queryClient.setQueryData(siteTestQuery(site.id).queryKey, report)
      // A first test makes the first secret.
      await queryClient.invalidateQueries({ queryKey: ['sites', 'one', site.id] })
    },
  })
  return (
    <Card
      title="Test"
      actions={
        isEditor && (
          <Button size="sm" icon={<PaperPlaneTiltIcon aria-hidden />} busy={test.isPending} onClick={() => test.mutate()}>
            Send test
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-3">
        <p className="text-hint text-ink-2">
          A request that is signed like a delivery and changes nothing: no run, no sequence, no content. It shows whether the address, the secret and the receiver’s own check work.
        </p>
        {test.error !== null && <Notice tone="failure">{errorLine(test.error)}</Notice>}
        {last.error !== null ? (
          <ErrorState {...describeError(last.error)} onRetry={() => void last.refetch()} className="py-4" />
        ) : last.data === undefined ? (
          <Skeleton className="w-48" />
        ) : last.data === null ? (
          <p className="text-hint text-ink-3">It has not been tested yet.</p>
        ) : (
          <Report report={last.data} site={site} />
        )}
      </div>
    </Card>
  )
}

const SIGNATURE = { accepted: 'signature accepted', refused: 'signature refused', unknown: 'signature not judged' } as const
const SIGNATURE_TONE = { accepted: 'success', refused: 'failure', unknown: 'neutral' } as const

function Report({ report, site }: { report: TestReport; site: Site }) {
  const { judgement } = report
  const moved = report.destination !== site.destinationUrl
  return (
    <div className="flex flex-col gap-3">
      <Notice tone={judgement.tone} title={judgement.title}>
        <p className="break-words">{judgement.advice}</p>
        {judgement.signature === 'refused' && (
          <p className="mt-1">
            <Link to={paths.site.getHref(site.id, 'verify')} className="underline underline-offset-2">
              Open the verifier
            </Link>
          </p>
        )}
      </Notice>
      <p className="flex flex-wrap items-center gap-x-2.5 gap-y-1 text-hint text-ink-2">
        <Chip tone={SIGNATURE_TONE[judgement.signature]}>{SIGNATURE[judgement.signature]}</Chip>
        <span>{report.status_code === null ? report.error : `${report.status_code} after ${formatDuration(report.duration_ms)}`}</span>
        <RelativeTime at={report.tested_at} className="text-ink-3" />
        {report.secret_version !== null && <span className="text-ink-3">secret version {report.secret_version}</span>}
      </p>
      {moved && <p className="text-hint text-warning">This was another address than the site has now: {report.destination ?? 'the built-in receiver'}.</p>}
      <Timing report={report} />
      <Part title="Request that was sent" text={`POST ${report.destination ?? '(built-in receiver)'}\n${lines(report.request_headers)}\n\n${report.request_body}`} />
      {report.status_code !== null && (
        <Part
          title="Response"
          text={`${report.status_code}\n${lines(report.response_headers)}\n\n${report.response_excerpt ?? ''}${report.truncated ? '\n… cut here' : ''}`}
        />
      )}
    </div>
  )
}

function Timing({ report }: { report: TestReport }) {
  const { connect_ms: connect, first_byte_ms: firstByte, duration_ms: whole } = report
  const parts = [
    connect === null ? null : `connected after ${formatDuration(connect)}`,
    firstByte === null ? null : `first byte after ${formatDuration(firstByte)}`,
    `done after ${formatDuration(whole)}`,
  ].filter((words) => words !== null)
  return <p className="text-hint text-ink-3">{parts.join(', ')}</p>
}

function lines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\n')
}

function Part({ title, text }: { title: string; text: string }) {
  return (
    <details className="group rounded-md border border-line">
      <summary className="flex min-h-8 cursor-pointer items-center px-3 text-hint font-semibold text-ink-2 hover:text-ink">{title}</summary>
      <div className="flex items-start border-t border-line bg-sunk">
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard */}
        <pre role="region" aria-label={title} tabIndex={0} className="max-h-72 min-w-0 flex-1 overflow-auto p-3 font-mono text-xs leading-5 break-all whitespace-pre-wrap">
          {text}
        </pre>
        <CopyButton className="m-1.5 ml-0" label={`Copy: ${title}`} text={text} />
      </div>
    </details>
  )
}
