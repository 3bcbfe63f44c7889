import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router-dom'
import { DeleteSiteDialog } from '@/features/sites/delete-site-dialog'
import { DestinationViewer } from '@/features/sites/destination-viewer'
import { DriftCard } from '@/features/sites/drift-card'
import { LandingLink } from '@/features/sites/landing-link'
import { useSite, type Site } from '@/features/sites/queries/sites'
import { RollbacksSection } from '@/features/sites/rollbacks-section'
import { SecretCard } from '@/features/sites/secret-card'
import { DeliveriesSection, DestinationCard, StateCard } from '@/features/sites/site-cards'
import { SiteChips } from '@/features/sites/site-chips'
import { SiteDrawer } from '@/features/sites/site-form'
import { SiteNotices } from '@/features/sites/site-notices'
import { describeError } from '@/lib/errors'
import { count } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { Button, buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { DropdownMenu, MenuItem } from '@/ui/dropdown-menu'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { IconButton } from '@/ui/icon-button'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'

export function Component() {
  const { siteId = '' } = useParams()
  const { data: site, error, refetch } = useSite(siteId)
  usePageTitle({ label: 'Sites', href: paths.sites.getHref() }, site?.name ?? 'Site')
  if (error !== null) {
    return (
      <>
        <PageHeader title="Site" />
        <Card>
          <ErrorState {...describeError(error)} onRetry={() => void refetch()} />
        </Card>
      </>
    )
  }
  if (site === undefined) return <Loading />
  if (site === null) {
    return (
      <>
        <PageHeader title="Site" />
        <Card>
          <EmptyState
            title="There is no such site"
            detail="It was deleted, or it belongs to another organization."
            actions={
              <Link className={buttonClass()} to={paths.sites.getHref()}>
                All sites
              </Link>
            }
          />
        </Card>
      </>
    )
  }
  return <SiteView key={site.id} site={site} />
}

function SiteView({ site }: { site: Site }) {
  const navigate = useNavigate()
  const isEditor = useHasRole('editor')
  const [editing, setEditing] = useState(false)
  const [deleting, setDeleting] = useState(false)
  return (
    <>
      <PageHeader
        title={site.name}
        chip={<SiteChips site={site} />}
        sub={
          <>
            {count('item', site.itemCount)} mapped to it.{' '}
            <Link to={paths.mappings.getHref()} className="text-accent-ink underline underline-offset-2">
              Change its mappings
            </Link>
          </>
        }
        actions={
          <>
            <LandingLink site={site} look="button">
              Landing page
            </LandingLink>
            {isEditor && (
              <>
                <Button icon={<PencilSimpleIcon aria-hidden />} onClick={() => setEditing(true)}>
                  Edit
                </Button>
                <DropdownMenu trigger={<IconButton label="More actions" icon={<DotsThreeIcon weight="bold" aria-hidden />} />}>
                  <MenuItem tone="danger" icon={<TrashIcon aria-hidden />} onSelect={() => setDeleting(true)}>
                    Delete site
                  </MenuItem>
                </DropdownMenu>
              </>
            )}
          </>
        }
      />
      <div className="flex flex-col gap-6">
        <SiteNotices site={site} />
        <div className="grid items-start gap-4 lg:grid-cols-2">
          <div className="flex flex-col gap-4">
            <StateCard site={site} />
            <DriftCard site={site} />
          </div>
          <div className="flex flex-col gap-4">
            <DestinationCard site={site} />
            <SecretCard site={site} />
          </div>
        </div>
        <RollbacksSection site={site} />
        <DestinationViewer site={site} />
        <DeliveriesSection siteId={site.id} />
      </div>
      {isEditor && <SiteDrawer open={editing} onOpenChange={setEditing} site={site} />}
      <DeleteSiteDialog open={deleting} onOpenChange={setDeleting} site={site} onDeleted={() => void navigate(paths.sites.getHref())} />
    </>
  )
}

function Loading() {
  return (
    <div aria-busy className="flex flex-col gap-5">
      <Skeleton className="h-7 w-56" />
      <div className="grid gap-4 lg:grid-cols-2">
        {[0, 1].map((index) => (
          <Card key={index} className="flex flex-col gap-3">
            <Skeleton className="w-24" />
            <Skeleton className="w-64" />
            <Skeleton className="w-40" />
          </Card>
        ))}
      </div>
    </div>
  )
}
