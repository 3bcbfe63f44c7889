import { paths } from '@/lib/paths'

/** The tabs of a site, by what its address says after the id. */
export const SECTIONS = [
  { value: '', label: 'Overview' },
  { value: 'content', label: 'Destination viewer' },
  { value: 'history', label: 'History' },
  { value: 'connection', label: 'Connection' },
  { value: 'receiver', label: 'Receiver kit' },
  { value: 'verify', label: 'Verifier' },
] as const

export type Section = (typeof SECTIONS)[number]['value']

/** null: there is no such tab. */
export function sectionOf(said: string | undefined): Section | null {
  return SECTIONS.find(({ value }) => value === (said ?? ''))?.value ?? null
}

export function sectionTabs(siteId: string): { label: string; href: string }[] {
  return SECTIONS.map(({ value, label }) => ({ label, href: paths.site.getHref(siteId, value) }))
}
