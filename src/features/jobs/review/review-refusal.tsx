import { GlobeIcon } from '@phosphor-icons/react/Globe'
import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { Link } from 'react-router-dom'
import { describeError } from '@/lib/errors'
import { paths } from '@/lib/paths'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'

interface Way {
  label: string
  to: string
}

const WAYS: Record<string, { title?: string; detail?: string; ways: [Way, ...Way[]] }> = {
  // No site, or none that is enabled.
  DS010: { title: 'There is no site to send to', ways: [{ label: 'Add a site', to: paths.sites.getHref() }] },
  // Nothing published is mapped.
  DS011: {
    title: 'No published item is mapped to a site',
    ways: [
      { label: 'Map content to sites', to: paths.mappings.getHref() },
      { label: 'Publish an item', to: paths.content.getHref() },
    ],
  },
  // A chosen site is gone, or disabled.
  DS032: { ways: [{ label: 'Review all sites', to: paths.review.getHref() }, { label: 'See the sites', to: paths.sites.getHref() }] },
  DS033: { ways: [{ label: 'Review the enabled sites', to: paths.review.getHref() }, { label: 'See the sites', to: paths.sites.getHref() }] },
}

export const NOTHING_TO_SEND = {
  code: 'DS011',
  message: 'There is nothing to send: no published item is mapped to a site.',
  hint: 'Publish an item and map it to a site, then run the sync.',
}

/** A refusal that has a way on leads there; any other can be tried again. */
export function ReviewRefusal({ error, onRetry, retrying }: { error: unknown; onRetry: () => void; retrying: boolean }) {
  const words = describeError(error)
  const known = words.code === undefined ? undefined : WAYS[words.code]
  if (known === undefined) return <ErrorState className="rounded-lg border border-line bg-panel" {...words} onRetry={onRetry} retrying={retrying} />
  const [first, ...others] = known.ways
  return (
    <div className="rounded-lg border border-line bg-panel">
      <EmptyState
        icon={words.code === 'DS011' ? <PaperPlaneTiltIcon /> : <GlobeIcon />}
        title={known.title ?? words.title}
        detail={known.detail ?? words.detail}
        actions={
          <>
            <Button asChild variant="primary">
              <Link to={first.to}>{first.label}</Link>
            </Button>
            {others.map(({ label, to }) => (
              <Button key={label} asChild>
                <Link to={to}>{label}</Link>
              </Button>
            ))}
          </>
        }
      />
    </div>
  )
}
