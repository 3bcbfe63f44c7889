import type { Steps } from '@/features/dashboard/queries/outlook'
import { paths } from '@/lib/paths'

export type StepName = 'content' | 'item' | 'site' | 'mapping' | 'review' | 'run' | 'landing'

export interface Step {
  name: StepName
  title: string
  detail: string
  /** Where it is done; null: by the button beside it, or not possible yet. */
  href: string | null
  done: boolean
}

/** The way from nothing to a page that shows it, in order. Each is ticked by what is there, whoever did it. */
export function firstSteps(steps: Steps): Step[] {
  return [
    { name: 'content', title: 'Load the demo, or create a content type', detail: 'A type is the form that items of one kind share: its fields, and what may be in them.', href: paths.contentTypes.getHref(), done: steps.type },
    { name: 'item', title: 'Publish an item', detail: 'Write it once. A draft stays with you; what is published may go out.', href: paths.content.getHref(), done: steps.item },
    { name: 'site', title: 'Add a site', detail: 'Where content goes: a page that is built in, or an address of your own.', href: paths.sites.getHref(), done: steps.site },
    { name: 'mapping', title: 'Map the item to the site', detail: 'As it is, or with some fields changed for this site alone.', href: paths.mappings.getHref(), done: steps.mapping },
    { name: 'review', title: 'Review what would be sent', detail: 'Every difference, site by site, before anything goes out.', href: paths.review.getHref(), done: steps.review },
    { name: 'run', title: 'Run the sync', detail: 'Watch it live. What fails is tried again, and can be undone.', href: paths.review.getHref(), done: steps.run },
    {
      name: 'landing', title: 'Open the landing page', detail: 'The page that shows what the site has received, public and live.',
      href: steps.landingPage === null ? null : paths.landing.getHref(steps.landingPage.organizationSlug, steps.landingPage.siteSlug), done: steps.landing,
    },
  ]
}

/** Gone for good once all is done, and until they are wanted back once somebody has put them away. */
export function showsFirstSteps(steps: Steps): boolean {
  return !steps.dismissed && firstSteps(steps).some(({ done }) => !done)
}
