import { DotsThreeIcon } from '@phosphor-icons/react/DotsThree'
import { PencilSimpleIcon } from '@phosphor-icons/react/PencilSimple'
import { TrashIcon } from '@phosphor-icons/react/Trash'
import { PaperPlaneTiltIcon } from '@phosphor-icons/react/PaperPlaneTilt'
import { lazy, Suspense, useState } from 'react'
import { Link, useNavigate, useParams } from 'react-router-dom'
import { ConnectionSection } from '@/features/sites/connection-section'
import { DeleteSiteDialog } from '@/features/sites/delete-site-dialog'
import { DestinationViewer } from '@/features/sites/destination-viewer'
import { DriftCard } from '@/features/sites/drift-card'
import { LandingLink } from '@/features/sites/landing-link'
import { useSite, type Site } from '@/features/sites/queries/sites'
import { SECTIONS, sectionOf, sectionTabs, type Section } from '@/features/sites/sections'
import { DeliveriesSection, StateCard } from '@/features/sites/site-cards'
import { SiteChips } from '@/features/sites/site-chips'
import { SiteDrawer } from '@/features/sites/site-form'
import { SiteNotices } from '@/features/sites/site-notices'
import { describeError } from '@/lib/errors'
import { count } from '@/lib/format'
import { usePageTitle } from '@/lib/page-title'
import { paths } from '@/lib/paths'
import { useHasRole } from '@/lib/session'
import { useShortcut } from '@/lib/shortcuts'
import { Button, buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { DropdownMenu, MenuItem } from '@/ui/dropdown-menu'
import { EmptyState } from '@/ui/empty-state'
import { ErrorState } from '@/ui/error-state'
import { IconButton } from '@/ui/icon-button'
import { LinkTabs } from '@/ui/link-tabs'
import { PageHeader } from '@/ui/page-header'
import { Skeleton } from '@/ui/skeleton'

// What few visits need comes when its tab is opened.
const PARTS = {
  history: lazy(() => import('@/features/sites/history-section').then(({ HistorySection }) => ({ default: HistorySection }))),
  receiver: lazy(() => import('@/features/sites/receiver-kit/receiver-section').then(({ ReceiverSection }) => ({ default: ReceiverSection }))),
  verify: lazy(() => import('@/features/sites/verifier/verify-section').then(({ VerifySection }) => ({ default: VerifySection }))),
}

export function Component() {
  const { siteId = '', section: said } = useParams()
  const { data: site, error, refetch } = useSite(siteId)
  const section = sectionOf(said)
  const name = site?.name ?? 'Site'
  const inSection = section === null || section === '' ? [] : [SECTIONS.find(({ value }) => value === section)?.label ?? '']
  usePageTitle({ label: 'Sites', href: paths.sites.getHref() }, ...(inSection.length === 0 ? [name] : [{ label: name, href: paths.site.getHref(siteId) }, ...inSection]))
  if (error !== null && site === undefined) {
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
  if (site === null || section === null) {
    return (
      <>
        <PageHeader title="Site" />
        <Card>
          <EmptyState
            title={site === null ? 'There is no such site' : 'There is no such page of this site'}
            detail={site === null ? 'It was deleted, or it belongs to another organization.' : 'The address may have been cut off.'}
            actions={
              site === null ? (
                <Link className={buttonClass()} to={paths.sites.getHref()}>
                  All sites
                </Link>
              ) : (
                <Link className={buttonClass()} to={paths.site.getHref(site.id)}>
                  Open {site.name}
                </Link>
              )
            }
          />
        </Card>
      </>
    )
  }
  return <SiteView key={site.id} site={site} section={section} />
}

function SiteView({ site, section }: { site: Site; section: Section }) {
  const navigate = useNavigate()
  const isEditor = useHasRole('editor')
  const [editing, setEditing] = useState(false)
  const [deleting, setDeleting] = useState(false)
  useShortcut('e', 'Edit this site', () => setEditing(true), { enabled: isEditor })
  return (
    <>
      <PageHeader
        title={site.name}
        chip={<SiteChips site={site} />}
        sub={
          <>
            {site.itemCount === 0 ? 'Nothing is' : count('item', site.itemCount)} mapped to it.{' '}
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
                <Button className="max-sm:hidden" icon={<PencilSimpleIcon aria-hidden />} onClick={() => setEditing(true)}>
                  Edit
                </Button>
                <Link to={`${paths.review.getHref()}?sites=${site.id}`} className={buttonClass({ variant: 'primary' })}>
                  <PaperPlaneTiltIcon aria-hidden />
                  Sync this site
                </Link>
                <DropdownMenu trigger={<IconButton label="More actions" icon={<DotsThreeIcon weight="bold" aria-hidden />} />}>
                  <MenuItem icon={<PencilSimpleIcon aria-hidden />} onSelect={() => setEditing(true)}>
                    Edit site
                  </MenuItem>
                  <MenuItem tone="danger" icon={<TrashIcon aria-hidden />} onSelect={() => setDeleting(true)}>
                    Delete site
                  </MenuItem>
                </DropdownMenu>
              </>
            )}
          </>
        }
      />
      <LinkTabs aria-label="Site" tabs={sectionTabs(site.id)} />
      <div className="flex flex-col gap-6">
        <SiteNotices site={site} />
        <SectionView section={section} site={site} onEdit={() => setEditing(true)} />
      </div>
      {isEditor && <SiteDrawer open={editing} onOpenChange={setEditing} site={site} />}
      <DeleteSiteDialog open={deleting} onOpenChange={setDeleting} site={site} onDeleted={() => void navigate(paths.sites.getHref())} />
    </>
  )
}

function SectionView({ section, site, onEdit }: { section: Section; site: Site; onEdit: () => void }) {
  switch (section) {
    case '':
      return (
        <>
          <div className="grid items-start gap-4 lg:grid-cols-2">
            <StateCard site={site} />
            <DriftCard site={site} />
          </div>
          <DeliveriesSection siteId={site.id} />
        </>
      )
    case 'content':
      return <DestinationViewer site={site} />
    case 'connection':
      return <ConnectionSection site={site} onEdit={onEdit} />
    case 'history':
    case 'receiver':
    case 'verify': {
      const Part = PARTS[section]
      return (
        <Suspense fallback={<Skeleton className="h-40 w-full" />}>
          <Part site={site} />
        </Suspense>
      )
    }
  }
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
