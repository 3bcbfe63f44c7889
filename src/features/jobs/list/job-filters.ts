import { periodOf, readDay } from '@/lib/days'
import { withParameters, type UrlFilters } from '@/lib/use-url-filters'

export const STATUSES = ['queued', 'running', 'success', 'partial', 'failed', 'cancelled'] as const
/** What set a run going, in the words of the list. */
export const TRIGGERS = { manual: 'by hand', schedule: 'auto', api: 'API', replay: 'replay', rollback: 'rollback' } as const

export interface JobFilters {
  status: (typeof STATUSES)[number] | null
  trigger: keyof typeof TRIGGERS | null
  siteId: string | null
  /** Days as a date field gives them (2026-11-21), both included, in the reader's own time zone. */
  from: string | null
  to: string | null
  /** A run's number, who or what started it, or a part of why it failed. */
  text: string
}

export const NO_FILTERS: JobFilters = { status: null, trigger: null, siteId: null, from: null, to: null, text: '' }

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const isTrigger = (value: string | null): value is keyof typeof TRIGGERS => value !== null && Object.hasOwn(TRIGGERS, value)

export const jobFilters: UrlFilters<JobFilters> = {
  read: (search) => {
    const trigger = search.get('trigger')
    const site = search.get('site')
    return {
      status: STATUSES.find((status) => status === search.get('status')) ?? null,
      trigger: isTrigger(trigger) ? trigger : null,
      siteId: site !== null && UUID.test(site) ? site.toLowerCase() : null,
      from: readDay(search.get('from')),
      to: readDay(search.get('to')),
      text: (search.get('q') ?? '').trim().slice(0, 200),
    }
  },
  write: ({ status, trigger, siteId, from, to, text }, search) => withParameters(search, { status, trigger, site: siteId, from, to, q: text }),
}

export function isFiltering(filters: JobFilters): boolean {
  return jobFilters.write(filters, new URLSearchParams()).size > 0
}

/** For `find_jobs`; null where the Data API can answer by itself. */
export function findFilter({ status, trigger, siteId, from, to, text }: JobFilters): Record<string, string> | null {
  if (siteId === null && from === null && to === null && text === '') return null
  const period = periodOf({ from, to })
  const said = { status, trigger, site_id: siteId, text: text === '' ? null : text, from: period.from, to: period.before }
  return Object.fromEntries(Object.entries(said).flatMap(([name, value]) => (value === null ? [] : [[name, value]])))
}
