import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import type { Site } from '@/features/sites/queries/sites'
import { fillIn } from '@/features/sites/receiver-kit/fill-in'
import { LANGUAGES, type Language } from '@/features/sites/receiver-kit/languages'
import { describeError } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { withParameters } from '@/lib/use-url-filters'
import { Card } from '@/ui/card'
import { CopyButton } from '@/ui/copy-button'
import { ErrorState } from '@/ui/error-state'
import { Notice } from '@/ui/notice'
import { SegmentedControl } from '@/ui/segmented-control'
import { Skeleton } from '@/ui/skeleton'

const SEGMENTS = LANGUAGES.map(({ value, label }) => ({ value, label }))
const [NODE] = LANGUAGES

/** A receiver for this site, to copy: it verifies, drops what comes twice, and never goes back. */
export function ReceiverSection({ site }: { site: Site }) {
  const [search, setSearch] = useSearchParams()
  const language = LANGUAGES.find(({ value }) => value === search.get('language')) ?? NODE
  if (language === undefined) return null
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <div className="flex min-w-0 flex-col gap-3">
        {site.destinationUrl === null && (
          <Notice title="This site uses the built-in receiver">Nothing has to be written for it. To show its content elsewhere, put one of these up and enter its address (Edit, Destination).</Notice>
        )}
        <SegmentedControl<Language['value']>
          aria-label="Language"
          className="max-w-full flex-wrap"
          value={language.value}
          onValueChange={(value) => setSearch((before) => withParameters(before, { language: value === 'node' ? null : value }), { replace: true, preventScrollReset: true })}
          segments={SEGMENTS}
        />
        <Code key={language.value} language={language} site={site} />
      </div>
      <aside className="flex flex-col gap-4">
        <Card title="What to answer">
          <dl className="flex flex-col gap-3 text-hint">
            <Answer status="200" code='{"applied": true, "receivedAt": "…", "itemCount": 3}'>
              Applied. Anything from 200 to 299 counts as accepted, with or without a body.
            </Answer>
            <Answer status="200" code='{"applied": false, …}'>
              Seen before (the same <Name>webhook-id</Name>), or not newer than what you hold (<Name>webhook-sequence</Name>). Nothing to do, and nothing wrong.
            </Answer>
            <Answer status="200" code='{"applied": false, "test": true}'>
              A test: its body says <Name>"test": true</Name>, its id begins with <Name>test_</Name>, its sequence is 0, and it has no items. Keep nothing of it.
            </Answer>
            <Answer status="401" code='{"code": "signature_mismatch"}'>
              The signature does not match. Final: it is not tried again.
            </Answer>
            <Answer status="429, 500 to 599" code="">
              Tried again after a pause that doubles. <Name>Retry-After</Name> is kept.
            </Answer>
            <Answer status="410" code="">
              Gone for good: DataSync disables the site.
            </Answer>
          </dl>
        </Card>
        <Card title="The secret">
          <p className="text-hint text-ink-2">
            It is never in the code: put it where your server keeps its secrets, as <Name>DATASYNC_SECRET</Name>. Admins reveal it under{' '}
            <Link to={paths.site.getHref(site.id, 'connection')} className="text-accent-ink underline underline-offset-2">
              Connection
            </Link>
            . A request that you cannot explain goes into the{' '}
            <Link to={paths.site.getHref(site.id, 'verify')} className="text-accent-ink underline underline-offset-2">
              verifier
            </Link>
            .
          </p>
        </Card>
      </aside>
    </div>
  )
}

function Code({ language, site }: { language: Language; site: Site }) {
  const { data, error, refetch } = useQuery({ queryKey: ['receiver-kit', language.value], queryFn: async () => (await language.load()).default, staleTime: Infinity })
  if (error !== null) {
    return (
      <Card>
        <ErrorState {...describeError(error)} onRetry={() => void refetch()} />
      </Card>
    )
  }
  const text = data === undefined ? undefined : fillIn(data, site)
  return (
    <section aria-label={`Receiver in ${language.label}`} className="min-w-0 rounded-lg border border-line bg-panel">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-4 py-2">
        <code className="font-mono text-xs font-semibold">{language.file}</code>
        <a href={language.library.href} target="_blank" rel="noreferrer" className="min-w-0 truncate text-hint text-ink-2 underline underline-offset-2 hover:text-ink">
          {language.library.name}
          <span className="sr-only"> (opens in a new tab)</span>
        </a>
        <CopyButton className="ml-auto" text={text ?? ''} label="Copy the code" />
      </header>
      {text === undefined ? (
        <div aria-busy className="flex flex-col gap-2 p-4">
          <Skeleton className="w-64" />
          <Skeleton className="w-80" />
          <Skeleton className="w-48" />
        </div>
      ) : (
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard
        <pre role="region" aria-label={`Code in ${language.label}`} tabIndex={0} className="overflow-x-auto p-4 font-mono text-xs leading-5">
          {text}
        </pre>
      )}
      <footer className="flex items-center gap-2 border-t border-line px-4 py-2">
        <code className="min-w-0 flex-1 truncate font-mono text-xs text-ink-2">{language.library.install}</code>
        <CopyButton text={language.library.install} label="Copy the command" />
      </footer>
    </section>
  )
}

function Answer({ status, code, children }: { status: string; code: string; children: ReactNode }) {
  return (
    <div>
      <dt className="flex flex-wrap items-baseline gap-x-2">
        <span className="font-semibold text-ink tabular-nums">{status}</span>
        {code !== '' && <code className="font-mono text-xs break-all text-ink-2">{code}</code>}
      </dt>
      <dd className="mt-0.5 text-ink-2">{children}</dd>
    </div>
  )
}

function Name({ children }: { children: string }) {
  return <code className="font-mono text-xs">{children}</code>
}
