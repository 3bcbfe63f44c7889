import { RocketLaunchIcon } from '@phosphor-icons/react/RocketLaunch'
import { Link } from 'react-router-dom'
import type { Figures } from '@/features/dashboard/queries/figures'
import { paths } from '@/lib/paths'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'

interface GettingStartedProps {
  figures: Pick<Figures, 'sites' | 'published' | 'drafts'>
  loading: boolean
  onLoadDemo: () => void
}

/** Shown until there is something to send and somewhere to send it. */
export function GettingStarted({ figures, loading, onLoadDemo }: GettingStartedProps) {
  const hasItems = figures.published + figures.drafts > 0
  return (
    <div className="rounded-lg border border-line bg-panel">
      <EmptyState
        icon={<RocketLaunchIcon />}
        title={hasItems ? 'Your content has nowhere to go yet' : figures.sites > 0 ? 'Your sites have nothing to show yet' : 'Start with an example, or with your own'}
        detail="The demo brings three campaign sites and four offers, mapped to each other: enough to run a sync, watch it, and open the pages it fills. It adds to what is here and changes none of it."
        actions={
          <>
            <Button variant="primary" busy={loading} onClick={onLoadDemo}>
              Load Demo Data
            </Button>
            <Button asChild>
              <Link to={figures.sites === 0 ? paths.sites.getHref() : paths.content.getHref()}>{figures.sites === 0 ? 'Add a site' : 'Write an item'}</Link>
            </Button>
          </>
        }
      />
    </div>
  )
}
