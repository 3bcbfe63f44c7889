import type { Payload } from '@core/payload'
import { useMemo, useState } from 'react'
import { Link, useSearchParams } from 'react-router-dom'
import { detailedChanges } from '@/features/sites/payload-changes'
import { PayloadSkeleton } from '@/features/sites/payload-skeleton'
import type { Received } from '@/features/sites/queries/received'
import type { Site } from '@/features/sites/queries/sites'
import { useVersionContent, useVersions, type Version } from '@/features/sites/queries/versions'
import { RollbackDialog } from '@/features/sites/rollback-dialog'
import { VersionList } from '@/features/sites/version-list'
import { describeError } from '@/lib/errors'
import { count, formatBytes } from '@/lib/format'
import { paths } from '@/lib/paths'
import { useContentTypes } from '@/lib/queries/content-types'
import { usePayloadPreview } from '@/lib/queries/payload-preview'
import { useHasRole } from '@/lib/session'
import { withParameters } from '@/lib/use-url-filters'
import { useWhyNotAgain } from '@/lib/use-why-not-again'
import { Card } from '@/ui/card'
import { ChangeList } from '@/ui/change-list'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { GatedButton } from '@/ui/gated-button'
import { JsonView } from '@/ui/json-view'
import { PayloadCards } from '@/ui/payload-cards'
import { RelativeTime } from '@/ui/relative-time'
import { SegmentedControl } from '@/ui/segmented-control'
import { Select } from '@/ui/select'
import { Skeleton } from '@/ui/skeleton'

type View = 'changes' | 'cards' | 'json'
const VIEWS = [
  { value: 'changes', label: 'Changes' },
  { value: 'cards', label: 'Cards' },
  { value: 'json', label: 'JSON' },
] as const

/** What the next run would send, as one side of a comparison. */
const NEXT = 'next'

/** Everything that the site has had: one list, newest first; any version against any other; and the way back. */
export function HistorySection({ site }: { site: Site }) {
  const history = useVersions(site.id)
  const [search, setSearch] = useSearchParams()
  const versions = useMemo(() => history.data?.pages.flatMap((page) => page.versions), [history.data])
  const say = (said: Record<string, string | null>) => setSearch((before) => withParameters(before, said), { replace: true, preventScrollReset: true })

  if (history.error !== null && versions === undefined) {
    return (
      <Card>
        <ErrorState {...describeError(history.error)} onRetry={() => void history.refetch()} />
      </Card>
    )
  }
  if (versions === undefined) return <Loading />
  const [newest] = versions
  if (newest === undefined) {
    return (
      <Card>
        <EmptyState title="It has received nothing yet" detail="Every payload that the site accepts is kept here: to look at, to compare, and to go back to." />
      </Card>
    )
  }
  const chosen = versions.find(({ sequence }) => String(sequence) === search.get('version')) ?? newest
  const place = versions.indexOf(chosen)
  const said = search.get('against')
  const against = said === NEXT ? NEXT : (versions.find(({ sequence }) => String(sequence) === said) ?? versions[place + 1])
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[21rem_minmax(0,1fr)]">
      <VersionList
        versions={versions}
        chosen={chosen}
        against={against === NEXT ? undefined : against}
        onChoose={(version) => say({ version: version === newest ? null : String(version.sequence), against: null })}
        onCompare={(version) => say({ against: String(version.sequence) })}
        hasMore={history.hasNextPage}
        isFetchingMore={history.isFetchingNextPage}
        moreFailed={history.isFetchNextPageError}
        onMore={() => void history.fetchNextPage()}
      />
      <VersionView
        key={chosen.sequence}
        site={site}
        version={chosen}
        versions={versions}
        against={against}
        view={VIEWS.find(({ value }) => value === search.get('view'))?.value ?? 'changes'}
        onView={(view) => say({ view: view === 'changes' ? null : view })}
        onAgainst={(value) => say({ against: value })}
      />
    </div>
  )
}

interface VersionViewProps {
  site: Site
  version: Version
  versions: readonly Version[]
  against: Version | typeof NEXT | undefined
  view: View
  onView: (view: View) => void
  onAgainst: (value: string) => void
}

function VersionView({ site, version, versions, against, view, onView, onAgainst }: VersionViewProps) {
  const isEditor = useHasRole('editor')
  const whyNot = useWhyNotAgain()
  const [rolling, setRolling] = useState(false)
  const content = useVersionContent(site.id, version)
  const types = useContentTypes()
  const byName = useMemo(() => new Map((types.data ?? []).map((type) => [type.name, type])), [types.data])
  return (
    <section aria-label={`Version ${version.sequence}`} className="min-w-0 rounded-lg border border-line bg-panel">
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3">
        <div className="min-w-0 flex-1 max-sm:basis-full">
          <h2 className="text-base font-semibold">Version {version.sequence}</h2>
          <p className="text-hint text-ink-2">
            <RelativeTime at={version.at} />, {count('item', version.itemCount)}, {formatBytes(version.bytes)}
            {version.jobId !== null && version.jobNumber !== null && (
              <>
                , by{' '}
                <Link to={paths.job.getHref(version.jobId)} className="text-accent-ink underline underline-offset-2">
                  run {version.jobNumber}
                </Link>
              </>
            )}
          </p>
        </div>
        <SegmentedControl<View> aria-label="Show this version as" value={view} onValueChange={onView} segments={VIEWS} />
        {isEditor && version.canRollBack && (
          <GatedButton why={whyNot} aria-label={`Roll back to version ${version.sequence}${version.jobNumber === null ? '' : `, run ${version.jobNumber}`}`} onClick={() => setRolling(true)}>
            Roll back to this
          </GatedButton>
        )}
      </header>
      <div className="p-4">
        {!version.hasBody ? (
          <Gone />
        ) : content.error !== null && content.data === undefined ? (
          <ErrorState {...describeError(content.error)} onRetry={() => void content.refetch()} className="py-6" />
        ) : content.data === undefined ? (
          <PayloadSkeleton />
        ) : content.data === null ? (
          <Gone />
        ) : view === 'changes' ? (
          <Comparison site={site} version={version} versions={versions} against={against} after={content.data} onAgainst={onAgainst} />
        ) : content.data.payload === null ? (
          <p className="text-hint text-failure">It cannot be shown: {content.data.problem}.</p>
        ) : view === 'json' ? (
          <JsonView value={content.data.payload} text={content.data.body} depth={3} label={`version ${version.sequence}`} />
        ) : (
          <PayloadCards items={content.data.payload.items} types={byName} empty="An empty payload: the site shows nothing." />
        )}
      </div>
      {version.deliveryId !== null && version.jobNumber !== null && (
        <RollbackDialog
          open={rolling}
          onOpenChange={setRolling}
          site={site}
          rollback={{ deliveryId: version.deliveryId, sequence: version.sequence, jobNumber: version.jobNumber, acceptedAt: version.at, itemCount: version.itemCount, bytes: version.bytes }}
        />
      )}
    </section>
  )
}

interface ComparisonProps {
  site: Site
  version: Version
  versions: readonly Version[]
  against: Version | typeof NEXT | undefined
  after: Received
  onAgainst: (value: string) => void
}

function Comparison({ site, version, versions, against, after, onAgainst }: ComparisonProps) {
  const options = [
    ...versions.filter((other) => other !== version && other.hasBody).map((other) => ({ value: String(other.sequence), label: `Version ${other.sequence}${other.isCurrent ? ' (current)' : ''}` })),
    { value: NEXT, label: 'What the next run would send' },
  ]
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-2 text-hint text-ink-2">
        Against
        <Select aria-label="Compare with" size="sm" className="sm:w-56" placeholder="another version" value={against === undefined ? undefined : against === NEXT ? NEXT : String(against.sequence)} onValueChange={onAgainst} options={options} />
        {against !== undefined && (
          <span className="text-ink-3">
            − is {against === NEXT ? 'what the next run would send' : `version ${against.sequence}`}, + is version {version.sequence}.
          </span>
        )}
      </div>
      {against === NEXT ? <AgainstNext site={site} after={after} /> : against === undefined ? <First after={after} isFirst={version.isFirst} /> : <AgainstVersion site={site} before={against} after={after} />}
    </div>
  )
}

function AgainstVersion({ site, before, after }: { site: Site; before: Version; after: Received }) {
  const content = useVersionContent(site.id, before)
  if (!before.hasBody) return <Gone />
  if (content.error !== null && content.data === undefined) return <ErrorState {...describeError(content.error)} onRetry={() => void content.refetch()} className="py-6" />
  if (content.data === undefined) return <PayloadSkeleton />
  return <Changes before={content.data?.payload ?? null} after={after.payload} />
}

function AgainstNext({ site, after }: { site: Site; after: Received }) {
  const preview = usePayloadPreview(site.id)
  if (preview.error !== null && preview.data === undefined) return <ErrorState {...describeError(preview.error)} onRetry={() => void preview.refetch()} className="py-6" />
  if (preview.data === undefined) return <PayloadSkeleton />
  return <Changes before={preview.data.payload} after={after.payload} />
}

function First({ after, isFirst }: { after: Received; isFirst: boolean }) {
  return (
    <p className="text-hint text-ink-2">
      {isFirst ? `Nothing came before it: ${after.payload?.items.length === 1 ? 'its only item was' : `all of its ${count('item', after.payload?.items.length ?? 0)} were`} new.` : 'Choose a version to compare it with.'}
    </p>
  )
}

function Changes({ before, after }: { before: Payload | null; after: Payload | null }) {
  const changes = useMemo(() => (before === null || after === null ? null : detailedChanges(before, after)), [before, after])
  if (changes === null) return <p className="text-hint text-ink-2">They cannot be compared: one of them is no longer kept, or is in a form that this version does not know.</p>
  if (changes.length === 0) return <p className="text-hint text-ink-2">The same content: nothing differs.</p>
  return (
    <section aria-label="Differences">
      <ChangeList changes={changes} />
    </section>
  )
}

function Gone() {
  return <p className="text-hint text-ink-2">Its content is no longer kept; its size and hash are. How long contents are kept is said in the settings.</p>
}

function Loading() {
  return (
    <div aria-busy className="grid gap-4 lg:grid-cols-[21rem_minmax(0,1fr)]">
      <Card className="flex flex-col gap-4">
        {[0, 1, 2].map((index) => (
          <Skeleton key={index} className="w-40" />
        ))}
      </Card>
      <Card>
        <PayloadSkeleton />
      </Card>
    </div>
  )
}
