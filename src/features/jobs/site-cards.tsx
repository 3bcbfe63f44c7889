import { useQuery } from '@tanstack/react-query'
import type { Delivery } from '@/features/jobs/live/shapes'
import { landingSitesQuery } from '@/features/jobs/queries/landing-sites'
import { SiteCard, type DeliveryView } from '@/features/jobs/site-card'
import { useActiveOrganization } from '@/lib/organizations'
import { paths } from '@/lib/paths'
import { Motion } from '@/ui/motion'

interface SiteCardsProps {
  deliveries: readonly Delivery[]
  clockOffset: number
  onOpen: (deliveryId: string, view: DeliveryView) => void
}

/** More cards than this get a box of their own to scroll in, so that the log stays within reach. */
const IN_SIGHT = 9

export function SiteCards({ deliveries, clockOffset, onOpen }: SiteCardsProps) {
  const organization = useActiveOrganization()
  const { data: slugs } = useQuery(landingSitesQuery())
  const landingHref = ({ siteId }: Delivery) => {
    const slug = siteId === null ? undefined : slugs?.[siteId]
    return organization === undefined || slug === undefined ? undefined : paths.landing.getHref(organization.slug, slug)
  }
  const many = deliveries.length > IN_SIGHT
  const list = (
    <ul aria-label="Sites of this run" className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
      {deliveries.map((delivery) => (
        <SiteCard key={delivery.id} delivery={delivery} landingHref={landingHref(delivery)} clockOffset={clockOffset} onOpen={onOpen} />
      ))}
    </ul>
  )
  return (
    <Motion>
      {many ? (
        // A region that scrolls must be reachable by keyboard (WCAG 2.1.1).
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        <div role="region" aria-label="Sites" tabIndex={0} className="max-h-80 overflow-y-auto overscroll-contain">
          {list}
        </div>
      ) : (
        list
      )}
    </Motion>
  )
}
