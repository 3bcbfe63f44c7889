import { CompassIcon } from '@phosphor-icons/react/Compass'
import { Link } from 'react-router-dom'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { Button } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'

export function NotFound() {
  usePageTitle('Not found')
  return (
    <>
      <PageHeader title="There is no page at this address" sub="It may have been moved, or the link has lost a part of itself on the way." />
      <EmptyState
        className="rounded-lg border border-line bg-panel"
        icon={<CompassIcon />}
        title="Go on from here"
        detail="Choose a place, or search for what you were after."
        actions={
          <Button asChild>
            <Link to={paths.home.getHref()}>To the home page</Link>
          </Button>
        }
      />
    </>
  )
}
