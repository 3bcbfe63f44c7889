import type { Figures } from '@/features/dashboard/queries/figures'
import { capitalize, countInWords } from '@/lib/format'

type Facts = Pick<Figures, 'sites' | 'sitesUpToDate' | 'sitesBehind' | 'published' | 'lastRun'>

const and = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] ?? ''}`

const isUnderWay = ({ lastRun }: Facts): boolean => lastRun?.status === 'queued' || lastRun?.status === 'running'

/** The sentence that opens the home page: true right now. */
export function headline(facts: Facts): string {
  const { sites, sitesUpToDate, lastRun } = facts
  if (sites === 0) return 'No site is set up yet'
  const subject = capitalize(countInWords('site', sites))
  const behind = sites - sitesUpToDate
  if (behind === 0) return sites === 1 ? 'One site, up to date' : `${subject}, all up to date`
  if (lastRun === null) return `${subject}, waiting for ${sites === 1 ? 'its' : 'their'} first run`
  if (sites === 1) return 'One site, not up to date'
  if (sitesUpToDate === 0) return `${subject}, none up to date`
  return behind === 1 ? `${subject}, all but one up to date` : `${subject}, ${countInWords('', sitesUpToDate, '').trim()} up to date`
}

/** What follows from it. */
export function subline(facts: Facts): string {
  const { sites, sitesUpToDate, sitesBehind, published, lastRun } = facts
  if (sites === 0) return published === 0 ? 'Define content once, map it to your sites, and send it to all of them.' : 'Add a site and map your content to it.'
  if (isUnderWay(facts)) return `Run ${lastRun?.number ?? ''} is under way.`
  const behind = sites - sitesUpToDate
  if (behind === 0) return 'Every site has accepted exactly what it should show now.'
  if (lastRun === null) return 'Nothing has been sent yet.'
  const names = sitesBehind.map(({ name }) => name)
  const rest = behind - names.length
  const subject = rest > 0 ? and([...names, `${rest} more`]) : and(names)
  return `${subject} ${behind === 1 ? 'has' : 'have'} not accepted what ${behind === 1 ? 'it' : 'they'} should show now.`
}
