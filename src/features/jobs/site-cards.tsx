import { useQuery } from '@tanstack/react-query'
import type { Delivery } from '@/features/jobs/live/shapes'
import { ManySiteCards } from '@/features/jobs/many-site-cards'
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
  const card = (delivery: Delivery, compact = false) => (
    <SiteCard delivery={delivery} landingHref={landingHref(delivery)} clockOffset={clockOffset} onOpen={onOpen} compact={compact} />
  )
  return (
    <Motion>
      {deliveries.length > IN_SIGHT ? (
        <ManySiteCards deliveries={deliveries} card={(delivery) => card(delivery, true)} />
      ) : (
        <ul aria-label="Sites of this run" className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
          {deliveries.map((delivery) => (
            <li key={delivery.id} className="min-w-0">
              {card(delivery)}
            </li>
          ))}
        </ul>
      )}
    </Motion>
  )
}
