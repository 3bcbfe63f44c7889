import { ArrowSquareOutIcon } from '@phosphor-icons/react/ArrowSquareOut'
import type { ReactNode } from 'react'
import { noteFirstStep } from '@/lib/first-steps'
import { useActiveOrganization } from '@/lib/organizations'
import { paths } from '@/lib/paths'
import { buttonClass } from '@/ui/button'

interface LandingLinkProps {
  site: { name: string; slug: string; destinationUrl: string | null }
  look: 'icon' | 'button'
  children?: ReactNode
}

/** The public page of a site, in a tab of its own. Only the built-in receiver has one to show. */
export function LandingLink({ site, look, children }: LandingLinkProps) {
  const organization = useActiveOrganization()
  if (site.destinationUrl !== null || organization === undefined) return null
  return (
    <a
      href={paths.landing.getHref(organization.slug, site.slug)}
      target="_blank"
      rel="noopener"
      onClick={() => void noteFirstStep('landing')}
      title={look === 'icon' ? 'Open the landing page' : undefined}
      className={look === 'button' ? buttonClass() : 'inline-flex size-8 items-center justify-center rounded-md text-base text-ink-2 hover:bg-hover hover:text-ink'}
    >
      <ArrowSquareOutIcon aria-hidden />
      {look === 'icon' ? <span className="sr-only">Open the landing page of {site.name} in a new tab</span> : children}
    </a>
  )
}
